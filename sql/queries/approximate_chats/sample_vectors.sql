-- Vectors to ask an index with, each between two of a user's own: a query is like several parts and equal to none.
with sampled as (
  select part.embedding, row_number() over (order by uuid_hash(part.message_id), part.message_id, part.part) as place
  from public.chat_embeddings as part
  where part.user_id = %(user_id)s and part.model_id = %(model_id)s
  order by uuid_hash(part.message_id), part.message_id, part.part
  limit 2 * %(most)s
)
select l2_normalize(one.embedding + other.embedding)::text
from sampled as one
join sampled as other on other.place = one.place + %(most)s
