-- Puts new chunks into the index.
copy public.code_embeddings (
  user_id, project_id, file_id, model_id, ordinal, start_line, end_line, language, kind, role, path, symbol, defines,
  signature, text_hash, text_embedding, words, terms, embedding, content
) from stdin (format binary)
