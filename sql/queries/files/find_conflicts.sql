-- What stands in the way of a batch: a directory where a file should be, a file where a directory should be, and
-- paths that belong to another project of the caller's.
select
  file.path,
  case
    when file.path = any (%(directories)s::text[]) then 'file'
    when file.is_directory then 'directory'
    else 'project'
  end
from public.workspace_files as file
where file.user_id = (select auth.uid())
  and (
    (file.path = any (%(directories)s::text[]) and not coalesce(file.is_directory, false))
    or (
      file.path = any (%(paths)s::text[])
      and (
        coalesce(file.is_directory, false)
        or (%(project_id)s::uuid is not null and file.project_id is not null and file.project_id <> %(project_id)s)
      )
    )
  )
order by file.path
limit 10
