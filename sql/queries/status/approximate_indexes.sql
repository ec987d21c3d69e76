-- How many approximate indexes searches use, and the least recall that one of them was last found to have.
select count(*), min(index.recall)::float8
from public.code_ann_indexes as index
join public.embedding_models as model on model.id = index.model_id
where model.active
