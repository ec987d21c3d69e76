-- The true nearest chunks of a vector; the operator is written so that no approximate index can answer.
select chunk.id
from public.code_embeddings as chunk
where chunk.user_id = %(user_id)s and chunk.model_id = %(model_id)s
order by (chunk.embedding <#> %(vector)s::halfvec) + 0.0
limit %(most)s
