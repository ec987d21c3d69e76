-- Which messages are nearest in meaning, each by its nearest part.
select id, created_at, score, is_output, size, start_at, end_at
from codingit.search_chat_meaning(
  %(model_id)s::smallint, %(vector)s::text, %(without)s::text, %(session_id)s::uuid, %(role)s::text, %(model)s::text,
  %(tags)s::text[], %(after)s::timestamptz, %(before)s::timestamptz, %(without_output)s::boolean, %(most)s::int
)
