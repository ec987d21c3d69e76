-- Takes up to `most` stale messages of a generation for this session: an advisory lock each, gone with the connection. In
-- the order of the index: those that failed come when their time has come, behind those that are new.
with due as materialized (
  select message_id
  from public.chat_index_state
  where model_id = %(model_id)s
    and indexed_hash is distinct from wanted_hash
    and retry_at <= now()
  order by retry_at, changed_at
  limit %(look)s
)
select message_id
from due
where pg_try_advisory_lock(%(lock_class)s + %(model_id)s, hashtext(message_id::text))
limit %(most)s
