-- Retires generations that were begun, never finished, and that no worker holds any more.
update public.embedding_models
set retired_at = now()
where not active
  and retired_at is null
  and id <> %(model_id)s
  and pg_try_advisory_xact_lock(%(lock_class)s, id::int)
