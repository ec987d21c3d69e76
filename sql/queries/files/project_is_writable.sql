-- Whether the caller may put files into the project; false for one that does not exist, too.
select codingit.writes_project(%(project_id)s) and exists (
  select from public.projects as project
  where project.id = %(project_id)s and project.status is distinct from 'deleted' and project.deleted_at is null
)
