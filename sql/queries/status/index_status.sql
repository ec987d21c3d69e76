-- How far the index is behind the caller's files: counts, of which the four in the middle add up to the first.
with active as (
  select model.id from public.embedding_models as model where model.active
),
state as (
  select
    state.chunks,
    state.skipped,
    state.error,
    state.indexed_hash is not distinct from state.wanted_hash as current
  from public.workspace_files as file
  left join public.code_index_state as state
    on state.file_id = file.id and state.model_id = (select active.id from active)
  where file.user_id = (select auth.uid())
    and not coalesce(file.is_directory, false)
    and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
)
select
  count(*),
  count(*) filter (where current and chunks is not null and skipped is null),
  count(*) filter (where (not current or chunks is null) and error is null),
  count(*) filter (where not current and error is not null),
  count(*) filter (where current and chunks is not null and skipped is not null),
  coalesce(sum(chunks), 0)
from state
