-- A new project of the caller's.
insert into public.projects (user_id, title, description)
values ((select auth.uid()), %(title)s, %(description)s)
returning id, title, description, team_id, is_public, created_at, updated_at
