-- Writes the given columns of a session, null too.
update public.chat_sessions as session
set
  title = case when 'title' = any (%(given)s) then %(title)s else session.title end,
  team_id = case when 'team_id' = any (%(given)s) then %(team_id)s else session.team_id end,
  model = case when 'model' = any (%(given)s) then %(model)s else session.model end,
  template = case when 'template' = any (%(given)s) then %(template)s else session.template end,
  status = case when 'status' = any (%(given)s) then %(status)s else session.status end
where session.id = %(session_id)s
