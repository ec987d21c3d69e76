-- Gives claimed files back.
select pg_advisory_unlock(%(lock_class)s + %(model_id)s, hashtext(file_id::text))
from unnest(%(file_ids)s::uuid[]) as claimed (file_id)
