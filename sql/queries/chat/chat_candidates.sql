-- Which messages could answer, and what speaks for each.
select id, created_at, evidence, score, is_output, size
from codingit.search_chat_candidates(
  %(groups)s::jsonb, %(literal)s::text, %(any_words)s::text[], %(similar)s::text[], %(without)s::text,
  %(widen_known)s::boolean, %(enough)s::int, %(session_id)s::uuid, %(role)s::text, %(model)s::text, %(tags)s::text[],
  %(after)s::timestamptz, %(before)s::timestamptz, %(newest)s::boolean, %(without_output)s::boolean, %(most)s::int
)
