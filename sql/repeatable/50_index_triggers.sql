-- What keeps the index's bookkeeping true, whoever writes: stale marks on files, term counts on chunks.

create or replace function codingit.wanted_hash(content_hash bytea, path text, is_directory boolean, user_id uuid, project_id uuid)
  returns bytea
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
    select sha256(
      content_hash
      || convert_to(path || chr(10) || is_directory::text || chr(10) || user_id::text || chr(10) || coalesce(project_id::text, ''), 'UTF8')
    )
  $$;

-- Marks the files just written as stale in every living generation, and wakes the workers.
create or replace function codingit.mark_files_stale() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    marked bigint;
  begin
    insert into public.code_index_state as state (file_id, model_id, user_id, project_id, wanted_hash)
    select
      file.id,
      model.id,
      file.user_id,
      file.project_id,
      codingit.wanted_hash(file.content_hash, file.path, coalesce(file.is_directory, false), file.user_id, file.project_id)
    from new_rows as file
    cross join public.embedding_models as model
    where model.retired_at is null
      -- A directory has no text; one that was a file loses its chunks.
      and (
        not coalesce(file.is_directory, false)
        or exists (
          select from public.code_index_state as known where known.file_id = file.id and known.model_id = model.id
        )
      )
    on conflict (file_id, model_id) do update
      set
        wanted_hash = excluded.wanted_hash,
        user_id = excluded.user_id,
        project_id = excluded.project_id,
        error = null,
        attempts = 0,
        retry_at = '-infinity',
        changed_at = now()
      where state.wanted_hash is distinct from excluded.wanted_hash;
    get diagnostics marked = row_count;
    if marked > 0 then
      perform pg_notify('codingit_index', '');
    end if;
    return null;
  end
  $$;

create or replace trigger mark_inserted_files_stale
  after insert on public.workspace_files
  referencing new table as new_rows
  for each statement execute function codingit.mark_files_stale();

create or replace trigger mark_updated_files_stale
  after update on public.workspace_files
  referencing new table as new_rows
  for each statement execute function codingit.mark_files_stale();

-- Appends what a statement changes in the term counts. Nothing is locked: two writers never wait for each other here.
-- Rows of a user or a project that is gone are left out; what the lexicon held of them goes at once.
create or replace function codingit.count_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    if tg_op = 'INSERT' then
      insert into public.code_term_deltas (user_id, project_id, model_id, term, df)
      select chunk.user_id, chunk.project_id, chunk.model_id, word.term, count(*)
      from new_rows as chunk
      cross join lateral unnest(chunk.words || ''::text) as word (term)
      where chunk.file_id is not null
      group by chunk.user_id, chunk.project_id, chunk.model_id, word.term;
    elsif tg_op = 'UPDATE' then
      insert into public.code_term_deltas (user_id, project_id, model_id, term, df)
      select change.user_id, change.project_id, change.model_id, change.term, sum(change.df)
      from (
        select old_row.user_id, old_row.project_id, old_row.model_id, word.term, -1 as df
        from old_rows as old_row
        join new_rows as new_row on new_row.id = old_row.id
        cross join lateral unnest(old_row.words || ''::text) as word (term)
        where old_row.file_id is not null
          and (old_row.words, old_row.user_id, old_row.project_id, old_row.model_id)
            is distinct from (new_row.words, new_row.user_id, new_row.project_id, new_row.model_id)
        union all
        select new_row.user_id, new_row.project_id, new_row.model_id, word.term, 1
        from new_rows as new_row
        join old_rows as old_row on old_row.id = new_row.id
        cross join lateral unnest(new_row.words || ''::text) as word (term)
        where new_row.file_id is not null
          and (old_row.words, old_row.user_id, old_row.project_id, old_row.model_id)
            is distinct from (new_row.words, new_row.user_id, new_row.project_id, new_row.model_id)
      ) as change
      group by change.user_id, change.project_id, change.model_id, change.term
      having sum(change.df) <> 0;
    else
      insert into public.code_term_deltas (user_id, project_id, model_id, term, df)
      select chunk.user_id, chunk.project_id, chunk.model_id, word.term, -count(*)
      from old_rows as chunk
      cross join lateral unnest(chunk.words || ''::text) as word (term)
      where chunk.file_id is not null
        and exists (select from auth.users where users.id = chunk.user_id)
        and (chunk.project_id is null or exists (select from public.projects where projects.id = chunk.project_id))
      group by chunk.user_id, chunk.project_id, chunk.model_id, word.term;
    end if;
    return null;
  end
  $$;

create or replace trigger count_inserted_terms
  after insert on public.code_embeddings
  referencing new table as new_rows
  for each statement execute function codingit.count_terms();

create or replace trigger count_updated_terms
  after update on public.code_embeddings
  referencing old table as old_rows new table as new_rows
  for each statement execute function codingit.count_terms();

create or replace trigger count_deleted_terms
  after delete on public.code_embeddings
  referencing old table as old_rows
  for each statement execute function codingit.count_terms();

-- Folds the appended changes into the lexicon; one caller at a time, the others return at once. Returns the rows taken.
-- Taking them in the order of their ids never takes a removal before the addition that it undoes.
create or replace function codingit.fold_terms(most int default 200000) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    taken bigint;
  begin
    if not pg_try_advisory_xact_lock(204216417, 1) then
      return 0;
    end if;
    with taken_deltas as (
      delete from public.code_term_deltas
      where id in (select id from public.code_term_deltas order by id limit most)
      returning user_id, project_id, model_id, term, df
    ),
    summed as (
      select user_id, project_id, model_id, term, sum(df) as df
      from taken_deltas
      group by user_id, project_id, model_id, term
    ),
    -- Users and projects that are gone have no lexicon.
    living as (
      select scope.user_id, scope.project_id
      from (select distinct user_id, project_id from summed) as scope
      where exists (select from auth.users where users.id = scope.user_id)
        and (scope.project_id is null or exists (select from public.projects where projects.id = scope.project_id))
    ),
    folded as (
      insert into public.code_terms as lexicon (user_id, project_id, model_id, term, df)
      select summed.user_id, summed.project_id, summed.model_id, summed.term, summed.df
      from summed
      join living
        on living.user_id = summed.user_id and living.project_id is not distinct from summed.project_id
      where summed.df <> 0
      on conflict (user_id, model_id, project_id, term) do update set df = lexicon.df + excluded.df
    )
    select count(*) into taken from taken_deltas;
    delete from public.code_terms where df <= 0;
    return taken;
  end
  $$;

-- Takes away the lexicon of projects that are gone. Deleting a project does it at once; this finds what a worker wrote
-- in the same moment.
create or replace function codingit.forget_gone_projects() returns void
  language sql security definer
  set search_path = pg_catalog, pg_temp
  as $$
    delete from public.code_terms as gone
    using (
      select scope.user_id, scope.model_id, scope.project_id
      from public.code_terms as scope
      where scope.term = ''
        and scope.project_id is not null
        and not exists (select from public.projects where projects.id = scope.project_id)
    ) as scope
    where gone.user_id = scope.user_id
      and gone.model_id = scope.model_id
      and gone.project_id = scope.project_id
  $$;

create or replace function codingit.forget_project_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    -- Before the delete, while it is still known whose files the project holds.
    delete from public.code_terms
    where project_id = old.id
      and user_id in (select distinct user_id from public.workspace_files where project_id = old.id);
    return old;
  end
  $$;

create or replace trigger forget_project_terms
  before delete on public.projects
  for each row execute function codingit.forget_project_terms();

revoke all on function codingit.fold_terms(int), codingit.forget_gone_projects(), codingit.forget_project_terms(),
  codingit.count_terms(), codingit.mark_files_stale(), codingit.wanted_hash(bytea, text, boolean, uuid, uuid) from public;
grant execute on function codingit.fold_terms(int), codingit.forget_gone_projects() to service_role;
