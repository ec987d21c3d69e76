-- A project that the caller may see and that is not deleted; the last column is what lists are ordered by.
select
  project.id,
  project.title,
  project.description,
  project.user_id,
  project.team_id,
  project.template_id,
  coalesce(project.status, 'active'),
  coalesce(project.is_public, false),
  coalesce(project.metadata, '{}'),
  project.created_at,
  project.updated_at,
  left(project.title, 200)
from public.projects as project
where project.id = %(project_id)s
  and project.status is distinct from 'deleted'
  and project.deleted_at is null
