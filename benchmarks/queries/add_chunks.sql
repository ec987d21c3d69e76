-- Each tenant's chunks, the tenants' files in mixed order as if all had been writing at the same time.
insert into public.code_embeddings (
  user_id, project_id, file_id, model_id, ordinal, start_line, end_line, language, kind, role, path, symbol, defines,
  signature, text_hash, text_embedding, words, terms, embedding, content
)
select
  file.user_id, file.project_id, file.id, %(model_id)s, pool.ordinal, pool.start_line, pool.end_line, pool.language,
  pool.kind, pool.role, pool.path, pool.symbol, pool.defines, pool.signature, pool.text_hash, pool.text_embedding,
  pool.words, pool.terms, pool.embedding, pool.content
from (
  select
    tenant.user_id, tenant.project_id, tenant.chunks, span.first, span.last,
    md5(tenant.no || '/' || span.file_no)::uuid as id
  from tenants as tenant
  join (select file_no, min(n) as first, max(n) as last from pool group by file_no) as span on span.first < tenant.chunks
  order by hashint8(tenant.no * 1000003::bigint + span.file_no)
  offset 0
) as file
join lateral (
  select * from pool as chunk where chunk.n between file.first and least(file.last, file.chunks - 1) offset 0
) as pool on true
