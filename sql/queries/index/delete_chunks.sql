-- Takes chunks out of the index.
delete from public.code_embeddings
where id = any (%(chunk_ids)s)
