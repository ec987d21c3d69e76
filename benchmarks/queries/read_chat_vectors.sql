-- All vectors of a user's messages in the active generation, to find the true neighbours outside the database.
select part.message_id, part.embedding
from public.chat_embeddings as part
join public.embedding_models as model on model.id = part.model_id
where part.user_id = %(user_id)s and model.active
