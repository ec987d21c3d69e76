-- Writes the given columns of a message, null too; the session counts its tokens anew.
with changed as (
  update public.chat_message_cache as message
  set
    content = case when 'content' = any (%(given)s) then %(content)s else message.content end,
    token_count = case when 'token_count' = any (%(given)s) then %(token_count)s::int else message.token_count end
  from public.chat_message_cache as before
  where message.id = %(id)s and before.id = message.id and message.session_id = %(session_id)s
  returning coalesce(message.token_count, 0)::bigint - coalesce(before.token_count, 0) as tokens
)
update public.chat_sessions as session
set total_tokens = least(greatest(coalesce(session.total_tokens, 0) + changed.tokens, 0), 2147483647)
from changed
where session.id = %(session_id)s
