-- How much work the worker has before it, over all users: files that wait, and those of them that failed.
select
  count(*) filter (where state.error is null),
  count(*) filter (where state.error is not null)
from public.code_index_state as state
where state.model_id = (select model.id from public.embedding_models as model where model.active)
  and state.indexed_hash is distinct from state.wanted_hash
