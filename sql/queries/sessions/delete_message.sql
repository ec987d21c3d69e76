-- Removes a message from its session, which counts it no more.
with gone as (
  delete from public.chat_message_cache as message
  where message.id = %(id)s and message.session_id = %(session_id)s
  returning coalesce(message.token_count, 0) as tokens
)
update public.chat_sessions as session
set
  message_count = greatest(coalesce(session.message_count, 0) - 1, 0),
  total_tokens = greatest(coalesce(session.total_tokens, 0) - gone.tokens, 0)
from gone
where session.id = %(session_id)s
