-- Keeps a project as it is until the end of the transaction; no row where the caller may not change it.
select project.id
from public.projects as project
where project.id = %(project_id)s
  and project.status is distinct from 'deleted'
  and project.deleted_at is null
for update
