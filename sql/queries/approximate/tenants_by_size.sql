-- How many chunks of a generation each user has, for the users that are large or have an index of their own.
select counted.user_id, sum(counted.df)::bigint as chunks
from (
  select term.user_id, term.df
  from public.code_terms as term
  where term.model_id = %(model_id)s and term.term = ''
  union all
  select delta.user_id, delta.df
  from public.code_term_deltas as delta
  where delta.model_id = %(model_id)s and delta.term = ''
  union all
  -- Whose chunks are all gone has no term left, and still an index.
  select index.user_id, 0
  from public.code_ann_indexes as index
  where index.model_id = %(model_id)s
) as counted
group by counted.user_id
having sum(counted.df) >= %(least)s
  or counted.user_id in (select index.user_id from public.code_ann_indexes as index where index.model_id = %(model_id)s)
