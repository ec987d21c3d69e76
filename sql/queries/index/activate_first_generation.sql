-- Makes the generation active when there is no other: searching a young index beats having none.
update public.embedding_models
set active = true, activated_at = now()
where id = %(model_id)s
  and not exists (select from public.embedding_models as other where other.active)
