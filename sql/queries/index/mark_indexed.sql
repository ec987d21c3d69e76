-- Says of each file what was indexed, or why nothing was.
update public.code_index_state as state
set
  indexed_hash = done.wanted_hash,
  chunks = done.chunks,
  masked = done.masked,
  skipped = done.skipped,
  error = null,
  attempts = 0,
  retry_at = '-infinity',
  indexed_at = now()
from unnest(
  %(file_ids)s::uuid[], %(wanted_hashes)s::bytea[], %(chunks)s::int[], %(masked)s::int[], %(skipped)s::text[]
) as done (file_id, wanted_hash, chunks, masked, skipped)
where state.file_id = done.file_id and state.model_id = %(model_id)s
