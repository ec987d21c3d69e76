-- The caller's projects and those of the caller's teams, by title; those of others that are merely public are left out.
select id, title, description, team_id, is_public, created_at, updated_at
from public.projects as project
where (project.user_id = (select auth.uid()) or project.team_id = any (codingit.member_teams()))
  and coalesce(project.status, 'active') <> 'deleted'
  and project.deleted_at is null
  and (%(title)s::text is null or project.title = %(title)s)
  and (
    %(after)s::uuid is null
    or (project.title, project.id) > (select last.title, last.id from public.projects as last where last.id = %(after)s)
  )
order by project.title, project.id
limit %(most)s
