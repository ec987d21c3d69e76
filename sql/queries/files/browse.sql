-- What lies in a directory of the caller's workspace: files, by name, a page at a time.
select id, project_id, path, name, coalesce(is_directory, false), size_bytes, updated_at
from public.workspace_files
where user_id = (select auth.uid())
  and parent_path = %(parent_path)s
  and (%(after)s::text is null or path > %(after)s)
order by path
limit %(most)s
