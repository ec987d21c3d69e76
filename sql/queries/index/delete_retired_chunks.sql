-- Takes a part of the chunks of retired generations out of the index, where the file's state is gone already.
-- The generation's row is held, so that it cannot be taken back half way.
delete from public.code_embeddings
where id in (
  select chunk.id
  from public.embedding_models as model
  join public.code_embeddings as chunk on chunk.model_id = model.id
  where model.retired_at is not null
    and not exists (
      select from public.code_index_state as state
      where state.file_id = chunk.file_id and state.model_id = chunk.model_id
    )
  limit %(most)s
  for share of model
)
