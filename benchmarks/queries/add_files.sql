-- Each tenant's files, all of them indexed.
with files as (
  select
    md5(tenant.no || '/' || pool.file_no)::uuid as id,
    tenant.user_id,
    tenant.project_id,
    pool.path,
    count(*) as chunks,
    string_agg(pool.content, '' order by pool.n) as content
  from tenants as tenant
  join pool on pool.n < tenant.chunks
  group by tenant.no, pool.file_no, tenant.user_id, tenant.project_id, pool.path
),
written as (
  insert into public.workspace_files (id, user_id, project_id, path, name, content)
  -- A part of the text is enough: no search reads it here.
  select id, user_id, project_id, path, split_part(path, '/', -1), left(content, 200) from files
  returning id, user_id, project_id, path, content_hash
)
insert into public.code_index_state (file_id, model_id, user_id, project_id, wanted_hash, indexed_hash, chunks, indexed_at)
select
  written.id, %(model_id)s, written.user_id, written.project_id, hash.wanted, hash.wanted, files.chunks, now()
from written
join files on files.id = written.id
cross join lateral codingit.wanted_hash(
  written.content_hash, written.path, false, written.user_id, written.project_id
) as hash (wanted)
