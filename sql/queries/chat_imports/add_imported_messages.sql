-- Adds those messages that the session does not hold yet, known by their message_id, and counts them in.
with added as (
  insert into public.chat_message_cache (session_id, message_id, role, kind, content, model, created_at)
  select %(session_id)s, said.message_id, said.role, said.kind, said.content, said.model, coalesce(said.created_at, now())
  from jsonb_to_recordset(%(messages)s) as said (
    message_id text, role text, kind text, content text, model text, created_at timestamptz
  )
  where not exists (
    select from public.chat_message_cache as known
    where known.session_id = %(session_id)s and known.message_id = said.message_id
  )
  returning created_at
),
summed as (
  select count(*) as messages, max(added.created_at) as last from added
),
counted as (
  update public.chat_sessions as session
  set
    message_count = coalesce(session.message_count, 0) + summed.messages,
    last_activity = greatest(session.last_activity, summed.last)
  from summed
  where session.id = %(session_id)s and summed.messages > 0
)
select summed.messages from summed
