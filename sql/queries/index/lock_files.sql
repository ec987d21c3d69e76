-- Holds the files for the write, leaving out those that changed since they were read or that somebody is changing now.
-- The lock on the file comes first, as it does for a client's delete: neither waits for the other half way.
select state.file_id
from public.workspace_files as file
join public.code_index_state as state on state.file_id = file.id
join unnest(%(file_ids)s::uuid[], %(wanted_hashes)s::bytea[]) as read (file_id, wanted_hash)
  on read.file_id = state.file_id and read.wanted_hash = state.wanted_hash
where state.model_id = %(model_id)s
for key share of file skip locked
for update of state skip locked
