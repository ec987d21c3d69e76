-- A page of a session's messages in the order in which they were said; a message without a time comes last.
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
left join public.chat_message_cache as last on last.id = %(after)s::uuid and last.session_id = message.session_id
where message.session_id = %(session_id)s
  and message.user_id = (select auth.uid())
  and (
    %(after)s::uuid is null
    or (message.created_at, message.id) > (last.created_at, last.id)
    or (message.created_at is null and last.id is not null and (last.created_at is not null or message.id > last.id))
  )
order by message.created_at, message.id
limit %(most)s
