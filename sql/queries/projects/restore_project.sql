-- Takes a deletion back; no row where the caller may not, or where nothing was deleted.
update public.projects as project
set status = 'active', deleted_at = null
where project.id = %(project_id)s
  and (project.status = 'deleted' or project.deleted_at is not null)
  and codingit.writes_project(project.id)
returning project.id
