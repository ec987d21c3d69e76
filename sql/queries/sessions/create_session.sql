-- A new session of the caller's. Its key is made here: one that can be chosen would tell whether somebody has it.
insert into public.chat_sessions (session_id, user_id, team_id, title, model, template)
values (gen_random_uuid()::text, (select auth.uid()), %(team_id)s, %(title)s, %(model)s, %(template)s)
returning id
