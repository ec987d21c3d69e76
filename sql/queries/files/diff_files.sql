-- Which paths of a manifest the project lacks, or holds with another content.
select entry.path
from unnest(%(paths)s::text[], %(hashes)s::bytea[]) as entry (path, content_hash)
left join public.workspace_files as file
  on file.user_id = (select auth.uid())
  and file.path = entry.path
  and file.project_id is not distinct from %(project_id)s::uuid
  and not coalesce(file.is_directory, false)
where file.content_hash is distinct from entry.content_hash
order by entry.path
