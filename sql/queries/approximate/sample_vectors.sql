-- A sample of a user's own vectors, to ask an index with.
select chunk.embedding::text
from public.code_embeddings as chunk
where chunk.user_id = %(user_id)s and chunk.model_id = %(model_id)s
order by hashint8(chunk.id)
limit %(most)s
