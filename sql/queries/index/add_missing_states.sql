-- Gives every file its state in a generation: those older than the generation, and those a lost trigger left out.
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
on conflict (file_id, model_id) do nothing
