-- Gives files another path; each stays the same row with the same content. Answers where they were found.
update public.workspace_files as file
set
  path = move.path,
  name = move.name,
  parent_path = move.parent_path,
  mime_type = move.mime_type,
  project_id = coalesce(%(project_id)s::uuid, file.project_id)
from unnest(
  %(sources)s::text[], %(paths)s::text[], %(names)s::text[], %(parents)s::text[], %(mime_types)s::text[]
) as move (source, path, name, parent_path, mime_type)
where file.user_id = (select auth.uid())
  and file.path = move.source
  and not coalesce(file.is_directory, false)
  and (%(project_id)s::uuid is null or file.project_id is null or file.project_id = %(project_id)s)
returning move.source
