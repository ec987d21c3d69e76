-- A page of a session's messages in the order in which they were said; a message without a time comes last. Two reads of
-- one index, since one condition for both would read the session from its start.
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
from (
  (
    select timed.*
    from public.chat_message_cache as timed
    where timed.session_id = %(session_id)s
      and timed.user_id = (select auth.uid())
      and (timed.created_at, timed.id) > (%(moment)s::timestamptz, %(last_id)s::uuid)
    order by timed.created_at, timed.id
    limit %(most)s
  )
  union all
  (
    select timeless.*
    from public.chat_message_cache as timeless
    where timeless.session_id = %(session_id)s
      and timeless.user_id = (select auth.uid())
      and timeless.created_at is null
      and (%(moment)s::timestamptz is not null or timeless.id > %(last_id)s::uuid)
    order by timeless.created_at, timeless.id
    limit %(most)s
  )
) as message
order by message.created_at, message.id
limit %(most)s
