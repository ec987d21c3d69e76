-- Vectors to ask an index with, each between two of a user's own: a query is like several chunks and equal to none, and
-- an index that finds the neighbours of its own rows at five probes may miss half of a query's.
with sampled as (
  select chunk.embedding, row_number() over (order by hashint8(chunk.id)) as place
  from public.code_embeddings as chunk
  where chunk.user_id = %(user_id)s and chunk.model_id = %(model_id)s
  order by hashint8(chunk.id)
  limit 2 * %(most)s
)
select l2_normalize(one.embedding + other.embedding)::text
from sampled as one
join sampled as other on other.place = one.place + %(most)s
