-- What a project holds, in the order of paths; without a project, all of the caller's files.
select file.path, encode(file.content_hash, 'hex'), file.id
from public.workspace_files as file
where file.user_id = (select auth.uid())
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and not coalesce(file.is_directory, false)
  and (%(after)s::text is null or file.path > %(after)s)
order by file.path
limit %(most)s
