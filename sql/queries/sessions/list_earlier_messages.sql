-- The messages before one of a session, the nearest first; a message without a time comes after those with one.
select
  message.id,
  message.message_id,
  message.role,
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
    (message.created_at, message.id) < (%(moment)s::timestamptz, %(first_id)s::uuid)
    or (
      %(moment)s::timestamptz is null
      and (message.created_at is not null or message.id < %(first_id)s::uuid)
    )
  )
order by message.created_at desc, message.id desc
limit %(most)s
