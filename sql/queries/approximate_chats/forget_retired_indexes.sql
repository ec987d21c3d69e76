-- Keeps nothing of the indexes of retired generations.
delete from public.chat_ann_indexes as index
using public.embedding_models as model
where model.id = index.model_id and model.retired_at is not null
