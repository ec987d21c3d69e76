-- How fresh the caller's index is: files in scope, those waiting, those that failed; counted as index_status.sql does, from
-- the states alone, since every search asks it.
select
  count(*),
  count(*) filter (where indexed_hash is distinct from wanted_hash and error is null),
  count(*) filter (where indexed_hash is distinct from wanted_hash and error is not null)
from public.code_index_state
where user_id = (select auth.uid())
  and model_id = %(model_id)s::smallint
  and (%(project_id)s::uuid is null or project_id = %(project_id)s)
  -- A file that has become a directory; no other directory has a state.
  and skipped is distinct from 'directory'
