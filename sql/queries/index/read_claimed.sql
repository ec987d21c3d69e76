-- The claimed files that are still stale, with what to index and the hash that says so, from one snapshot; the text is
-- null where it is larger than the indexer takes.
select
  file.id,
  file.user_id,
  file.project_id,
  file.path,
  coalesce(file.is_directory, false),
  case when octet_length(file.content) <= %(most_bytes)s then file.content end,
  state.wanted_hash,
  state.attempts
from public.code_index_state as state
join public.workspace_files as file on file.id = state.file_id
where state.model_id = %(model_id)s
  and state.file_id = any (%(file_ids)s)
  and state.indexed_hash is distinct from state.wanted_hash
