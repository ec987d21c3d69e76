-- The chunks that a reply shows, read under the caller's own policies, each under its file's present path, with the lines
-- on which the first matches of an expression begin.
select
  chunk.id,
  chunk.file_id,
  file.path,
  file.project_id,
  chunk.language,
  chunk.end_line,
  chunk.content,
  chunk.signature,
  state.indexed_hash is distinct from state.wanted_hash as stale,
  case when %(expression)s::text is not null then array(
    select distinct chunk.start_line + regexp_count(
      left(chunk.content, regexp_instr(chunk.content, %(expression)s::text, 1, match.number) - 1), '\r\n?|\n'
    )
    from generate_series(1, least(regexp_count(chunk.content, %(expression)s::text), %(most_lines)s::int)) as match (number)
    order by 1
  ) end as matched_lines
from public.code_embeddings as chunk
join public.workspace_files as file on file.id = chunk.file_id
join public.code_index_state as state on state.file_id = chunk.file_id and state.model_id = chunk.model_id
where chunk.id = any (%(chunk_ids)s)
  and (%(project_id)s::uuid is null or file.project_id = %(project_id)s)
  and not exists (
    select from public.projects as project
    where project.id = file.project_id
      and (project.status = 'deleted' or project.deleted_at is not null)
  )
