-- Deletes one file of the caller.
delete from public.workspace_files
where id = %(file_id)s and user_id = (select auth.uid())
