-- A page of a team's sessions that are not deleted, those in which something was said last first: policies show them to
-- the team's members, and the tags to the owner of each.
select
  session.id,
  session.session_id,
  session.user_id,
  session.team_id,
  coalesce(session.title, 'Untitled Session'),
  coalesce(session.status, 'active'),
  session.model,
  session.template,
  coalesce(session.message_count, 0),
  array(
    select label.tag::text from public.chat_session_tags as label where label.session_id = session.id order by label.tag
  ),
  session.created_at,
  session.last_activity
from public.chat_sessions as session
where session.team_id = %(team_id)s
  and session.status is distinct from 'deleted'
  and (
    %(last_id)s::uuid is null
    or (coalesce(session.last_activity, '-infinity'), session.id)
      < (coalesce(%(moment)s::timestamptz, '-infinity'), %(last_id)s::uuid)
  )
order by coalesce(session.last_activity, '-infinity') desc, session.id desc
limit %(most)s
