-- Indexes of ours that no search uses: builds that were cut short, ones that were replaced or not good enough.
select class.relname
from pg_catalog.pg_index as index
join pg_catalog.pg_class as class on class.oid = index.indexrelid
where index.indrelid = 'public.chat_embeddings'::regclass
  and class.relname like 'chat\_ann\_%%'
  and not exists (
    select from public.chat_ann_indexes as known
    where known.name = class.relname and known.ef_search is not null
  )
