-- Keeps the error where the user can see it, and tries again later and later: 2, 4, 8 ... seconds, an hour at most.
update public.chat_index_state as state
set
  error = failed.error,
  attempts = state.attempts + 1,
  retry_at = now() + least(interval '1 hour', interval '2 seconds' * power(2, least(state.attempts, 12)))
from unnest(
  %(message_ids)s::uuid[], %(wanted_hashes)s::bytea[], %(errors)s::text[]
) as failed (message_id, wanted_hash, error)
where state.message_id = failed.message_id
  and state.model_id = %(model_id)s
  and state.wanted_hash = failed.wanted_hash
