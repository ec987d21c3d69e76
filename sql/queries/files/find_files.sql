-- The caller's files that a path can mean: those at one of the exact paths first, then those whose path ends with it,
-- then those of the same name. What each is, is told by `fit`: 0, 1, 2.
select file.id, file.path, fit.value
from public.workspace_files as file
cross join lateral (
  select case
    when file.path = any (%(exact)s::text[]) then 0
    when right(file.path, length(%(suffix)s)) = %(suffix)s then 1
    when file.name = %(name)s then 2
  end as value
) as fit
where file.user_id = (select auth.uid())
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and not coalesce(file.is_directory, false)
  and fit.value is not null
order by fit.value, length(file.path), file.path
limit %(most)s
