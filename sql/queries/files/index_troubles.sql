-- Which files of the caller are not indexed, and why; failures first.
select file.path, state.error, state.attempts, state.skipped
from public.code_index_state as state
join public.embedding_models as model on model.id = state.model_id and model.active
join public.workspace_files as file on file.id = state.file_id
where state.user_id = (select auth.uid())
  and (%(project_id)s::uuid is null or state.project_id = %(project_id)s)
  and (state.error is not null or state.skipped is not null)
order by state.error is null, file.path
limit 200
