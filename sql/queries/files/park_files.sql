-- Moves files out of the way of other moves of the same batch, so that two files can change places.
update public.workspace_files as file
set path = %(parking)s || file.path
where file.user_id = (select auth.uid())
  and file.path = any (%(parked)s::text[])
  and not coalesce(file.is_directory, false)
  and (%(project_id)s::uuid is null or file.project_id is null or file.project_id = %(project_id)s)
