-- How far the caller's index is, in the active generation.
select
  count(*),
  count(*) filter (where state.indexed_hash is not distinct from state.wanted_hash and state.skipped is null),
  count(*) filter (where state.indexed_hash is distinct from state.wanted_hash and state.error is null),
  count(*) filter (where state.error is not null),
  count(*) filter (where state.skipped is not null),
  coalesce(sum(state.chunks), 0)
from public.code_index_state as state
join public.embedding_models as model on model.id = state.model_id and model.active
where state.user_id = (select auth.uid())
  and (%(project_id)s::uuid is null or state.project_id = %(project_id)s)
