-- Whether the caller has such a session, read under the caller's own policies.
select exists (
  select from public.chat_sessions as session
  where session.id = %(session_id)s::uuid and session.status is distinct from 'deleted'
)
