-- Who may read the index's own tables; nobody but the worker writes them.

grant select on public.embedding_models to authenticated;
grant select on public.code_index_state to authenticated;
grant select on public.code_terms to authenticated;
grant select, insert, update, delete on public.embedding_models, public.code_index_state, public.code_terms,
  public.code_term_deltas, public.code_ann_indexes to service_role;

-- Whoever writes a file computes its generated column; the worker marks files by the same hash.
grant execute on function codingit.content_hash(text) to authenticated, service_role;
grant execute on function codingit.wanted_hash(bytea, text, boolean, uuid, uuid) to service_role;

-- What the worker reads and writes of the published tables; a row lock on a file needs the right to update it.
grant usage on schema public to service_role;
grant select, update on public.workspace_files to service_role;
grant select, insert, update, delete on public.code_embeddings to service_role;
grant usage, select on sequence public.code_embeddings_id_seq to service_role;

drop policy if exists "signed-in users read which models are in use" on public.embedding_models;
create policy "signed-in users read which models are in use" on public.embedding_models
  for select to authenticated
  using (true);

drop policy if exists "owners read the index state of their files" on public.code_index_state;
create policy "owners read the index state of their files" on public.code_index_state
  for select to authenticated
  using (user_id = (select auth.uid()));

drop policy if exists "owners read the terms of their code" on public.code_terms;
create policy "owners read the terms of their code" on public.code_terms
  for select to authenticated
  using (user_id = (select auth.uid()));
