-- How many approximate indexes of messages searches use, and the least recall that one of them was last found to have.
select count(*), min(index.recall)::float8
from public.chat_ann_indexes as index
join public.embedding_models as model on model.id = index.model_id
where model.active and index.ef_search is not null
