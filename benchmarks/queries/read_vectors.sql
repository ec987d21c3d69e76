-- All vectors of a user, to find the true neighbours outside the database.
select chunk.id, chunk.embedding::halfvec
from public.code_embeddings as chunk
where chunk.user_id = %(user_id)s and chunk.model_id = %(model_id)s
