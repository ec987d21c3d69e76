-- Gives every message its state in a generation: those older than the generation, and those a lost trigger left out, but
-- for one that a client is deleting: it would be gone when the state's foreign key is checked.
insert into public.chat_index_state (message_id, model_id, user_id, wanted_hash)
select message.id, %(model_id)s, message.user_id, codingit.message_hash(message.kind, session.title, message.content)
from public.chat_message_cache as message
join public.chat_sessions as session on session.id = message.session_id
where not exists (
  select from public.chat_index_state as state
  where state.message_id = message.id and state.model_id = %(model_id)s
)
for key share of message skip locked
on conflict (message_id, model_id) do nothing
