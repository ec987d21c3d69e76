-- Gives claimed messages back.
select pg_advisory_unlock(%(lock_class)s + %(model_id)s, hashtext(message_id::text))
from unnest(%(message_ids)s::uuid[]) as claimed (message_id)
