-- Makes the generation active; the one before it has been retired in the same transaction.
update public.embedding_models
set active = true, activated_at = now()
where id = %(model_id)s and not active
