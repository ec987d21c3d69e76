-- How many parts of messages of a generation each user has, for the users that are large or have an index of their own.
select counted.user_id, sum(counted.parts)::bigint as parts
from (
  select part.user_id, count(*) as parts
  from public.chat_embeddings as part
  where part.model_id = %(model_id)s
  group by part.user_id
  union all
  -- Whose messages are all gone has no part left, and still an index.
  select index.user_id, 0
  from public.chat_ann_indexes as index
  where index.model_id = %(model_id)s
) as counted
group by counted.user_id
having sum(counted.parts) >= %(least)s
  or counted.user_id in (select index.user_id from public.chat_ann_indexes as index where index.model_id = %(model_id)s)
