-- Takes a part of the file states of retired generations away; before their chunks, so that a generation that is taken
-- back finds every file whose chunks may be missing without a state, and indexes it.
delete from public.code_index_state
where (file_id, model_id) in (
  select state.file_id, state.model_id
  from public.embedding_models as model
  join public.code_index_state as state on state.model_id = model.id
  where model.retired_at is not null
  limit %(most)s
  for share of model
)
