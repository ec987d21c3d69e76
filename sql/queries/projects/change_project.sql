-- Writes the given columns of a project, null too.
update public.projects as project
set
  title = case when 'title' = any (%(given)s) then %(title)s else project.title end,
  description = case when 'description' = any (%(given)s) then %(description)s else project.description end,
  team_id = case when 'team_id' = any (%(given)s) then %(team_id)s else project.team_id end,
  template_id = case when 'template_id' = any (%(given)s) then %(template_id)s else project.template_id end,
  status = case when 'status' = any (%(given)s) then %(status)s::public.project_status_enum else project.status end,
  is_public = case when 'is_public' = any (%(given)s) then %(is_public)s else project.is_public end,
  metadata = case when 'metadata' = any (%(given)s) then %(metadata)s else project.metadata end
where project.id = %(project_id)s
