-- The caller's tasks that hold all of the words, else some of them, else words that are spelt like the prompt's; read under
-- the caller's own policies, the newest so many: a user has hundreds, and their words are stored with them.
with asked as (
  select
    websearch_to_tsquery('pg_catalog.english', %(query)s) as every,
    websearch_to_tsquery('pg_catalog.english', %(any_word)s) as some
),
mine as materialized (
  select
    task.id, task.status, task.progress, task.prompt, task.repo_url, task.branch_name, task.selected_agent,
    task.created_at, task.updated_at, task.search_vector, left(task.logs::text, 2000) as logs
  from public.tasks as task
  where task.user_id = (select auth.uid())
  order by task.id desc
  limit %(most_read)s
),
by_words as materialized (
  select
    mine.id,
    case when mine.search_vector @@ asked.every then 1 else 0 end + ts_rank(mine.search_vector, asked.some, 1) as score
  from mine
  cross join asked
  where mine.search_vector @@ asked.some
),
by_spelling as (
  select mine.id, near.likeness as score
  from mine
  cross join lateral (select word_similarity(%(query)s, left(mine.prompt, 2000)) as likeness) as near
  where not exists (select from by_words) and near.likeness >= %(like_enough)s
)
select
  mine.id, mine.status, mine.progress, mine.prompt, mine.repo_url, mine.branch_name, mine.selected_agent,
  mine.created_at, mine.updated_at, found.score::float8, mine.logs
from (
  select by_words.id, by_words.score from by_words
  union all
  select by_spelling.id, by_spelling.score from by_spelling
) as found
join mine on mine.id = found.id
order by found.score desc, mine.id desc
limit %(most)s
