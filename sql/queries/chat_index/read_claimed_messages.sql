-- The claimed messages that are still stale, with what to embed and the hash that says so, from one snapshot. Of a text
-- that is longer than is embedded, its two ends: the middle is not even read.
select
  message.id,
  message.user_id,
  message.is_output,
  session.title,
  left(message.content, %(most_characters)s),
  right(message.content, least(%(most_characters)s, greatest(0, char_length(message.content) - %(most_characters)s))),
  char_length(message.content),
  state.wanted_hash
from public.chat_index_state as state
join public.chat_message_cache as message on message.id = state.message_id
join public.chat_sessions as session on session.id = message.session_id
where state.model_id = %(model_id)s
  and state.message_id = any (%(message_ids)s)
  and state.indexed_hash is distinct from state.wanted_hash
