-- Makes a project of the caller.
insert into public.projects (user_id, title)
values ((select auth.uid()), %(title)s)
returning id, title, status::text, updated_at
