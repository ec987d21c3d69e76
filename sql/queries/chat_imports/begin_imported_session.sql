-- The caller's session of this key in an imported history, made when it is new. Its public key is a hash with the caller in
-- it: nobody learns from it whether somebody else has imported the same. The row is held, so that two imports at once do
-- not add a message twice.
insert into public.chat_sessions as session (session_id, user_id, title, created_at, last_activity)
values (
  left(encode(sha256(convert_to((select auth.uid())::text || chr(10) || %(key)s, 'UTF8')), 'hex'), 32)::uuid::text,
  (select auth.uid()),
  %(title)s,
  coalesce(%(begun_at)s::timestamptz, now()),
  coalesce(%(begun_at)s::timestamptz, now())
)
on conflict (session_id) do update
  set title = coalesce(excluded.title, session.title)
returning session.id, session.session_id, coalesce(session.status, 'active'), session.xmax = 0
