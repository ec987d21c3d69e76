-- Takes a part of the message states of retired generations away; before their vectors, so that a generation that is taken
-- back finds every message whose vectors may be missing without a state.
delete from public.chat_index_state
where (message_id, model_id) in (
  select state.message_id, state.model_id
  from public.embedding_models as model
  join public.chat_index_state as state on state.model_id = model.id
  where model.retired_at is not null
  limit %(most)s
  for share of model
)
