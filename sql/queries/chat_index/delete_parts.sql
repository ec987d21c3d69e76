-- Takes the parts of messages out of the index.
delete from public.chat_embeddings
where model_id = %(model_id)s and message_id = any (%(message_ids)s)
