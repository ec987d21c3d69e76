-- Says of each message what was embedded.
update public.chat_index_state as state
set
  indexed_hash = done.wanted_hash,
  parts = done.parts,
  unread = done.unread,
  masked = done.masked,
  error = null,
  attempts = 0,
  retry_at = '-infinity',
  indexed_at = now()
from unnest(
  %(message_ids)s::uuid[], %(wanted_hashes)s::bytea[], %(parts)s::int[], %(unread)s::int[], %(masked)s::int[]
) as done (message_id, wanted_hash, parts, unread, masked)
where state.message_id = done.message_id and state.model_id = %(model_id)s
