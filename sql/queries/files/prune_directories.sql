-- Removes directories that were made for files only and hold none any more; called for the deepest ones first.
delete from public.workspace_files as directory
where directory.user_id = (select auth.uid())
  and directory.path = any (%(paths)s::text[])
  and directory.is_directory
  and directory.metadata @> '{"implicit": true}'
  and not exists (
    select from public.workspace_files as child
    where child.user_id = directory.user_id and child.parent_path = directory.path
  )
