-- Makes the directories that files lie in; `implicit` says that they go with their last file.
insert into public.workspace_files (user_id, project_id, path, name, parent_path, is_directory, metadata)
select (select auth.uid()), %(project_id)s, directory.path, directory.name, directory.parent_path, true, '{"implicit": true}'
from unnest(%(paths)s::text[], %(names)s::text[], %(parents)s::text[]) as directory (path, name, parent_path)
on conflict (user_id, path) do nothing
