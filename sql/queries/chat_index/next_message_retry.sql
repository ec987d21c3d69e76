-- In how many seconds the next message comes out of its backoff.
select extract(epoch from min(retry_at) - now())::float8
from public.chat_index_state
where model_id = %(model_id)s
  and indexed_hash is distinct from wanted_hash
  and retry_at > now()
