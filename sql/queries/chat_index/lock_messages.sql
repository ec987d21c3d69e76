-- Holds the messages for the write, leaving out those that changed since they were read or that somebody is changing now.
-- The lock on the message comes first, as it does for a client's delete: neither waits for the other half way.
select state.message_id
from public.chat_message_cache as message
join public.chat_index_state as state on state.message_id = message.id
join unnest(%(message_ids)s::uuid[], %(wanted_hashes)s::bytea[]) as read (message_id, wanted_hash)
  on read.message_id = state.message_id and read.wanted_hash = state.wanted_hash
where state.model_id = %(model_id)s
for key share of message skip locked
for update of state skip locked
