-- The lexicon of each tenant, counted once for all tenants of one size.
with sizes as (
  select distinct chunks from tenants
),
counted as (
  select sizes.chunks, word.term, count(*)::int as df
  from sizes
  join pool on pool.n < sizes.chunks
  cross join lateral unnest(pool.words || ''::text) as word (term)
  group by sizes.chunks, word.term
)
insert into public.code_terms (user_id, project_id, model_id, term, df)
select tenant.user_id, tenant.project_id, %(model_id)s, counted.term, counted.df
from tenants as tenant
join counted on counted.chunks = tenant.chunks
