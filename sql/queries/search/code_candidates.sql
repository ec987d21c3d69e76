-- Which chunks could answer, each with its dense and lexical score: what ranks them, and no more. A file's id only tells it
-- from others here.
select id, file_id::text, path, kind, symbol, defines, role, start_line, dense, lexical, widened
from codingit.search_code_candidates(
  %(model_id)s::smallint, %(project_id)s::uuid, %(vector)s::text, %(terms)s::text[], %(weights)s::real[],
  %(fuzzy)s::text, %(languages)s::text[], %(kinds)s::text[], %(pattern)s::text, %(most)s::int,
  %(phrases)s::text[], %(expression)s::text, %(fragments)s::text[], %(path)s::text, %(name)s::text
)
