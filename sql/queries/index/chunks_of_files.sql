-- What the index holds of these files.
select id, file_id, user_id, project_id, path, text_hash
from public.code_embeddings
where model_id = %(model_id)s and file_id = any (%(file_ids)s)
order by file_id, ordinal
