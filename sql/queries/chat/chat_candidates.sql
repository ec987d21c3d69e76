-- Which of the caller's messages could answer, each once for every kind of evidence.
select id, created_at, evidence, score
from codingit.search_chat_candidates(
  %(groups)s::jsonb, %(literal)s::text, %(any_word)s::text, %(similar)s::text[], %(without)s::text,
  %(widen_known)s::boolean, %(enough)s::int, %(session_id)s::uuid, %(role)s::text, %(model)s::text, %(tags)s::text[],
  %(after)s::timestamptz, %(before)s::timestamptz, %(newest)s::boolean, %(most)s::int
)
