-- Removes the files that a move overwrites, unless they are moved themselves.
delete from public.workspace_files as file
where file.user_id = (select auth.uid())
  and file.path = any (%(targets)s::text[])
  and file.path <> all (%(sources)s::text[])
  and not coalesce(file.is_directory, false)
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
