-- Retires the active generation and puts the finished one in its place; two statements, for the unique index.
update public.embedding_models
set active = false, retired_at = now()
where active and id <> %(model_id)s
