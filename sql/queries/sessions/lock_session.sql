-- Keeps a session as it is until the end of the transaction; no row where the caller may not change it.
select session.id
from public.chat_sessions as session
where session.id = %(session_id)s and session.status is distinct from 'deleted'
for update
