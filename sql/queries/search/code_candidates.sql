-- Which chunks could answer, each with its dense and lexical score.
select
  id, file_id, project_id, ordinal, path, language, kind, symbol, defines, role, start_line, end_line, dense,
  lexical, widened
from codingit.search_code_candidates(
  %(model_id)s::smallint, %(project_id)s::uuid, %(vector)s::text, %(terms)s::text[], %(weights)s::real[],
  %(fuzzy)s::text, %(languages)s::text[], %(kinds)s::text[], %(pattern)s::text, %(most)s::int,
  %(phrases)s::text[], %(expression)s::text, %(fragments)s::text[], %(path)s::text, %(name)s::text
)
