-- Whether the caller may see such a project, read under the caller's own policies.
select exists (
  select from public.projects as project
  where project.id = %(project_id)s::uuid and project.status is distinct from 'deleted' and project.deleted_at is null
)
