-- Puts the parts of messages into the index.
copy public.chat_embeddings (message_id, model_id, part, user_id, start_at, end_at, embedding) from stdin (format binary)
