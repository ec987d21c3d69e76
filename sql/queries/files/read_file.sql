-- One file or directory with its content.
select
  file.id, file.path, file.name, file.project_id, coalesce(file.is_directory, false), file.mime_type,
  coalesce(file.size_bytes, 0), file.updated_at, encode(file.content_hash, 'hex'), file.content
from public.workspace_files as file
where file.id = %(file_id)s and file.user_id = (select auth.uid())
