-- Takes a part of the vectors of retired generations out of the index, where the message's state is gone already.
-- The generation's row is held, so that it cannot be taken back half way.
delete from public.chat_embeddings
where (message_id, model_id, part) in (
  select vector.message_id, vector.model_id, vector.part
  from public.embedding_models as model
  join public.chat_embeddings as vector on vector.model_id = model.id
  where model.retired_at is not null
    and not exists (
      select from public.chat_index_state as state
      where state.message_id = vector.message_id and state.model_id = vector.model_id
    )
  limit %(most)s
  for share of model
)
