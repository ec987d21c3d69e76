-- Removes a file, or a directory with all that is below it.
with recursive doomed as (
  select root.id, root.path, root.user_id
  from public.workspace_files as root
  where root.id = %(file_id)s and root.user_id = (select auth.uid())
  union
  select child.id, child.path, child.user_id
  from doomed
  join public.workspace_files as child on child.user_id = doomed.user_id and child.parent_path = doomed.path
)
delete from public.workspace_files as file
using doomed
where file.id = doomed.id and file.user_id = (select auth.uid())
returning file.path
