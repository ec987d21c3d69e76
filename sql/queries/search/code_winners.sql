-- The chunks that a reply shows, read under the caller's own policies, each under its file's present path.
select
  chunk.id,
  file.path,
  file.project_id,
  chunk.content,
  chunk.signature,
  state.indexed_hash is distinct from state.wanted_hash as stale
from public.code_embeddings as chunk
join public.workspace_files as file on file.id = chunk.file_id
join public.code_index_state as state on state.file_id = chunk.file_id and state.model_id = chunk.model_id
where chunk.id = any (%(chunk_ids)s)
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and not exists (
    select from public.projects as project
    where project.id = file.project_id
      and (project.status = 'deleted' or project.deleted_at is not null)
  )
