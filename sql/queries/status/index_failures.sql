-- Files that could not be indexed yet, with the last error.
select file.path, state.error, state.attempts
from public.code_index_state as state
join public.workspace_files as file on file.id = state.file_id
where state.user_id = (select auth.uid())
  and file.user_id = (select auth.uid())
  and state.model_id = (select model.id from public.embedding_models as model where model.active)
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and state.indexed_hash is distinct from state.wanted_hash
  and state.error is not null
order by file.path
limit %(most)s
