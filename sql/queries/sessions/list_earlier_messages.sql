-- The messages before one of a session, the nearest first; a message without a time comes after those with one. Two reads
-- of one index, as for those after one.
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
      and timed.created_at <= coalesce(%(moment)s::timestamptz, 'infinity')
      and (%(moment)s::timestamptz is null or (timed.created_at, timed.id) < (%(moment)s::timestamptz, %(first_id)s::uuid))
    order by timed.created_at desc, timed.id desc
    limit %(most)s
  )
  union all
  (
    select timeless.*
    from public.chat_message_cache as timeless
    where timeless.session_id = %(session_id)s
      and timeless.user_id = (select auth.uid())
      and timeless.created_at is null
      and %(moment)s::timestamptz is null
      and timeless.id < %(first_id)s::uuid
    order by timeless.created_at desc, timeless.id desc
    limit %(most)s
  )
) as message
order by message.created_at desc, message.id desc
limit %(most)s
