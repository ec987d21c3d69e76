-- Gives every file its state in a generation: those older than the generation, and those a lost trigger left out. One that
-- a client is deleting or moving is the client's: it would be gone when the state's foreign key is checked.
insert into public.code_index_state (file_id, model_id, user_id, project_id, wanted_hash)
select
  file.id,
  %(model_id)s,
  file.user_id,
  file.project_id,
  codingit.wanted_hash(file.content_hash, file.path, coalesce(file.is_directory, false), file.user_id, file.project_id)
from public.workspace_files as file
where not coalesce(file.is_directory, false)
  and not exists (
    select from public.code_index_state as state
    where state.file_id = file.id and state.model_id = %(model_id)s
  )
for key share of file skip locked
on conflict (file_id, model_id) do nothing
