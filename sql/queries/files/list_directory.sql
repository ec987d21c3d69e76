-- What lies directly in a directory, in the order of paths. Clients write the root as '/' or as null.
select
  file.id, file.path, file.name, file.project_id, coalesce(file.is_directory, false), file.mime_type,
  coalesce(file.size_bytes, 0), file.updated_at
from public.workspace_files as file
where file.user_id = (select auth.uid())
  and (file.parent_path = %(parent_path)s or (%(parent_path)s = '/' and file.parent_path is null))
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and (%(after)s::text is null or file.path > %(after)s)
order by file.path
limit %(most)s
