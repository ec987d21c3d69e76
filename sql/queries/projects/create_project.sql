-- A new project of the caller's.
insert into public.projects (user_id, title, description, team_id, template_id, is_public, metadata)
values (
  (select auth.uid()),
  %(title)s,
  %(description)s,
  %(team_id)s,
  %(template_id)s,
  %(is_public)s,
  %(metadata)s
)
returning id
