-- Names of several words that a project defines, those that the most of its chunks mention first.
with named as (
  select distinct chunk.user_id, chunk.model_id, defined.name
  from public.code_embeddings as chunk
  join public.embedding_models as model on model.id = chunk.model_id and model.active
  cross join unnest(chunk.defines) as defined (name)
  where chunk.project_id = %(project_id)s
    and chunk.role = 'implementation'
    and chunk.kind in ('function', 'method', 'class', 'interface', 'type')
    and length(defined.name) between 8 and 32
    and defined.name ~ '[a-z](_+[a-zA-Z]|[A-Z])'
    and defined.name !~ '^_|^test|^main'
)
select named.name
from named
left join public.code_terms as counted
  on counted.user_id = named.user_id
  and counted.project_id = %(project_id)s
  and counted.model_id = named.model_id
  and counted.term = replace(lower(named.name), '_', '')
order by counted.df desc nulls last, named.name
limit %(most)s
