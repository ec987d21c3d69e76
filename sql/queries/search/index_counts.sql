-- How fresh the caller's index is: files in scope, those waiting, those that failed.
select
  count(*),
  count(*) filter (where indexed_hash is distinct from wanted_hash),
  count(*) filter (where error is not null)
from public.code_index_state
where user_id = (select auth.uid())
  and model_id = %(model_id)s::smallint
  and (%(project_id)s::uuid is null or project_id = %(project_id)s)
