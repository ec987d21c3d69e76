-- Puts chunks into the pool.
copy pool (
  n, file_no, ordinal, start_line, end_line, language, kind, role, path, symbol, defines, signature, text_hash,
  text_embedding, words, terms, embedding, content
) from stdin (format binary)
