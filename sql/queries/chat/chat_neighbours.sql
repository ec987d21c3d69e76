-- What was said just before and after each message, in its session, oldest first; read under the caller's own policies.
-- Messages without a time have no place in the order.
select
  hit.id as hit_id,
  near.id,
  near.distance,
  near.role,
  near.created_at,
  left(near.content, %(most_characters)s::int) as content,
  char_length(near.content) > %(most_characters)s::int as cut
from public.chat_message_cache as hit
cross join lateral (
  (
    select
      message.id, message.role, message.created_at, message.content,
      -row_number() over (order by message.created_at desc, message.id desc) as distance
    from public.chat_message_cache as message
    where message.session_id = hit.session_id
      and (message.created_at, message.id) < (hit.created_at, hit.id)
    order by message.created_at desc, message.id desc
    limit %(neighbours)s::int
  )
  union all
  (
    select
      message.id, message.role, message.created_at, message.content,
      row_number() over (order by message.created_at, message.id) as distance
    from public.chat_message_cache as message
    where message.session_id = hit.session_id
      and (message.created_at, message.id) > (hit.created_at, hit.id)
    order by message.created_at, message.id
    limit %(neighbours)s::int
  )
) as near
where hit.id = any (%(message_ids)s::uuid[])
order by hit.id, near.distance
