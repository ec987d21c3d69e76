-- Removes the caller's files of these paths within a project; directories go when they are empty.
delete from public.workspace_files as file
where file.user_id = (select auth.uid())
  and file.path = any (%(paths)s::text[])
  and not coalesce(file.is_directory, false)
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
