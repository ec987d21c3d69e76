-- The caller's projects and those of the caller's teams, by title; those of others that are merely public are left out.
-- Titles may be of any length: the last column, which a cursor holds, is as much of them as orders the list.
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
where (project.user_id = (select auth.uid()) or project.team_id = any (codingit.member_teams()))
  and (coalesce(project.status, 'active') = 'deleted' or project.deleted_at is not null)
    = (%(status)s::public.project_status_enum is not distinct from 'deleted')
  and (
    %(status)s::public.project_status_enum is null
    or %(status)s::public.project_status_enum = 'deleted'
    or coalesce(project.status, 'active') = %(status)s::public.project_status_enum
  )
  and (%(title)s::text is null or project.title = %(title)s)
  and (%(team_id)s::uuid is null or project.team_id = %(team_id)s)
  and (%(last_id)s::uuid is null or (left(project.title, 200), project.id) > (%(place)s::text, %(last_id)s::uuid))
order by left(project.title, 200), project.id
limit %(most)s
