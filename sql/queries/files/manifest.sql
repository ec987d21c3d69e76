-- A page of what a project of the caller holds, in the order of paths.
select file.id, file.path, encode(file.content_hash, 'hex')
from public.workspace_files as file
where file.user_id = (select auth.uid())
  and file.project_id = %(project_id)s
  and not coalesce(file.is_directory, false)
  and (%(after)s::text is null or file.path > %(after)s)
order by file.path
limit %(most)s
