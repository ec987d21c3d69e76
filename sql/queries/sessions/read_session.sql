-- A session that the caller may see and that is not deleted; its tags are shown to its owner.
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
where session.id = %(session_id)s and session.status is distinct from 'deleted'
