-- Indexes of ours that no search uses: builds that were cut short, ones that were replaced, ones of retired generations.
select class.relname
from pg_catalog.pg_index as index
join pg_catalog.pg_class as class on class.oid = index.indexrelid
where index.indrelid = 'public.code_embeddings'::regclass
  and class.relname like 'code\_ann\_%%'
  and not exists (
    select from public.code_ann_indexes as known
    join public.embedding_models as model on model.id = known.model_id
    where model.retired_at is null and class.relname in (known.name, known.name || '_words')
  )
