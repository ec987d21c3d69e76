-- Moves chunks whose text is the same to where they stand now.
update public.code_embeddings as chunk
set
  ordinal = moved.ordinal,
  start_line = moved.start_line,
  end_line = moved.end_line,
  symbol = moved.symbol,
  kind = moved.kind,
  role = moved.role
from unnest(
  %(chunk_ids)s::bigint[], %(ordinals)s::int[], %(start_lines)s::int[], %(end_lines)s::int[],
  %(symbols)s::text[], %(kinds)s::text[], %(roles)s::text[]
) as moved (id, ordinal, start_line, end_line, symbol, kind, role)
where chunk.id = moved.id
  and (chunk.ordinal, chunk.start_line, chunk.end_line, chunk.symbol, chunk.kind, chunk.role)
    is distinct from (moved.ordinal, moved.start_line, moved.end_line, moved.symbol, moved.kind, moved.role)
