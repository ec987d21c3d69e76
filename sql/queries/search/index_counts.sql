-- How fresh the caller's index is: files in scope, those waiting, those that failed; counted as index_status.sql does, from
-- the states alone, since every search asks it. Each scope takes its own index in a plan that is made once for both.
select
  count(*),
  count(*) filter (where state.indexed_hash is distinct from state.wanted_hash and state.error is null),
  count(*) filter (where state.indexed_hash is distinct from state.wanted_hash and state.error is not null)
from (
  select every.indexed_hash, every.wanted_hash, every.error, every.skipped
  from public.code_index_state as every
  where %(project_id)s::uuid is null
    and every.user_id = (select auth.uid())
    and every.model_id = %(model_id)s::smallint
  union all
  select one.indexed_hash, one.wanted_hash, one.error, one.skipped
  from public.code_index_state as one
  where one.project_id = %(project_id)s::uuid
    and one.user_id = (select auth.uid())
    and one.model_id = %(model_id)s::smallint
) as state
-- A file that has become a directory; no other directory has a state.
where state.skipped is distinct from 'directory'
