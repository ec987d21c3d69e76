-- How far the true nearest parts of a vector are; the operator is written so that no approximate index can answer.
select part.embedding <#> %(vector)s::halfvec
from public.chat_embeddings as part
where part.user_id = %(user_id)s and part.model_id = %(model_id)s
order by (part.embedding <#> %(vector)s::halfvec) + 0.0
limit %(most)s
