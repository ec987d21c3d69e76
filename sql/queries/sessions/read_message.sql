-- One of the messages of a session.
select
  message.id,
  message.message_id,
  message.role,
  message.kind,
  message.content,
  message.model,
  message.template,
  message.token_count,
  message.execution_time_ms,
  message.created_at
from public.chat_message_cache as message
where message.session_id = %(session_id)s and message.id = %(id)s and message.user_id = (select auth.uid())
