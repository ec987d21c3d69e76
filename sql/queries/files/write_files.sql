-- Writes files. One whose content is the same is not touched; one of another project is left to find_conflicts.
insert into public.workspace_files as file (user_id, project_id, path, name, parent_path, content, mime_type, size_bytes)
select
  (select auth.uid()), %(project_id)s, entry.path, entry.name, entry.parent_path, entry.content, entry.mime_type, entry.size_bytes
from unnest(
  %(paths)s::text[], %(names)s::text[], %(parents)s::text[], %(contents)s::text[], %(mime_types)s::text[], %(sizes)s::bigint[]
) as entry (path, name, parent_path, content, mime_type, size_bytes)
on conflict (user_id, path) do update
  set
    content = excluded.content,
    name = excluded.name,
    parent_path = excluded.parent_path,
    mime_type = excluded.mime_type,
    size_bytes = excluded.size_bytes,
    project_id = coalesce(excluded.project_id, file.project_id)
  where not coalesce(file.is_directory, false)
    and (excluded.project_id is null or file.project_id is null or file.project_id = excluded.project_id)
    and (
      file.content_hash is distinct from excluded.content_hash
      or file.project_id is distinct from coalesce(excluded.project_id, file.project_id)
    )
