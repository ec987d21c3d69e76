-- A page of a session's messages in the order in which they were said; a message without a time comes last.
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
where message.session_id = %(session_id)s
  and message.user_id = (select auth.uid())
  and (
    %(last_id)s::uuid is null
    or (message.created_at, message.id) > (%(moment)s::timestamptz, %(last_id)s::uuid)
    or (
      message.created_at is null
      and (%(moment)s::timestamptz is not null or message.id > %(last_id)s::uuid)
    )
  )
order by message.created_at, message.id
limit %(most)s
