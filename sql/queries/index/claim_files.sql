-- Takes up to `most` stale files of a generation for this session: an advisory lock each, gone with the connection.
-- Files that were searchable before come first, so that an edit does not wait behind an import.
with due as materialized (
  select file_id
  from public.code_index_state
  where model_id = %(model_id)s
    and indexed_hash is distinct from wanted_hash
    and retry_at <= now()
  order by indexed_hash is null, changed_at
  limit %(look)s
)
select file_id
from due
where pg_try_advisory_lock(%(lock_class)s + %(model_id)s, hashtext(file_id::text))
limit %(most)s
