-- How many chunks and parts of messages the planner believes there are; -1 when it was never told of either.
select case when bool_or(reltuples < 0) then -1 else sum(reltuples) end
from pg_class
where oid in ('public.code_embeddings'::regclass, 'public.chat_embeddings'::regclass)
