-- What there is to choose from in the caller's indexed code: each language and each kind of chunk, with the numbers of
-- files and of chunks, the most first. A null in the first column is the other's row.
select
  chunk.language,
  chunk.kind,
  count(distinct chunk.file_id),
  count(*)
from public.code_embeddings as chunk
where chunk.user_id = (select auth.uid())
  and chunk.model_id = (select model.id from public.embedding_models as model where model.active)
  and chunk.file_id is not null
  and (%(project_id)s::uuid is null or chunk.project_id = %(project_id)s)
group by grouping sets ((chunk.language), (chunk.kind))
having num_nonnulls(chunk.language, chunk.kind) = 1
order by count(*) desc, chunk.language, chunk.kind
