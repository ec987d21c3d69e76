-- What keeps the index of chats true, whoever writes: stale marks on messages; and who may read it.

-- Equal exactly where the vectors of a message would be: its session's title stands at the head of what is embedded.
create or replace function codingit.message_hash(kind text, title text, content text) returns bytea
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  return sha256(convert_to(kind || chr(10) || coalesce(title, '') || chr(10) || content, 'UTF8'));

-- Marks the messages just written as stale in every living generation, and wakes the workers.
create or replace function codingit.mark_messages_stale() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    marked bigint;
  begin
    if tg_op = 'UPDATE' then
      -- A session that was handed over takes its vectors along at once.
      update public.chat_embeddings as part
      set user_id = message.user_id
      from new_rows as message
      where part.message_id = message.id and part.user_id <> message.user_id;
    end if;
    insert into public.chat_index_state as state (message_id, model_id, user_id, wanted_hash)
    select message.id, model.id, message.user_id, codingit.message_hash(message.kind, session.title, message.content)
    from new_rows as message
    join public.chat_sessions as session on session.id = message.session_id
    cross join public.embedding_models as model
    where model.retired_at is null
    on conflict (message_id, model_id) do update
      set
        wanted_hash = excluded.wanted_hash,
        user_id = excluded.user_id,
        error = null,
        attempts = 0,
        retry_at = '-infinity',
        changed_at = now()
      where (state.wanted_hash, state.user_id) is distinct from (excluded.wanted_hash, excluded.user_id);
    get diagnostics marked = row_count;
    if marked > 0 then
      perform pg_notify('codingit_index', '');
    end if;
    return null;
  end
  $$;

create or replace trigger mark_inserted_messages_stale
  after insert on public.chat_message_cache
  referencing new table as new_rows
  for each statement execute function codingit.mark_messages_stale();

create or replace trigger mark_updated_messages_stale
  after update on public.chat_message_cache
  referencing new table as new_rows
  for each statement execute function codingit.mark_messages_stale();

-- Marks the messages of a session that got another title.
create or replace function codingit.mark_session_stale() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    update public.chat_index_state as state
    set
      wanted_hash = codingit.message_hash(message.kind, new.title, message.content),
      error = null,
      attempts = 0,
      retry_at = '-infinity',
      changed_at = now()
    from public.chat_message_cache as message
    where message.session_id = new.id and state.message_id = message.id;
    if found then
      perform pg_notify('codingit_index', '');
    end if;
    return null;
  end
  $$;

select codingit.ensure_trigger(
  'public.chat_sessions',
  'mark_session_stale',
  'after update of title',
  'when (old.title is distinct from new.title) execute function codingit.mark_session_stale()'
);

revoke all on function codingit.message_hash(text, text, text), codingit.mark_messages_stale(),
  codingit.mark_session_stale(), codingit.looks_like_output(text) from public;
drop function if exists codingit.message_hash(text, text);
-- Whoever writes a message computes its generated column; the worker marks messages by the same hash.
grant execute on function codingit.looks_like_output(text) to authenticated, service_role;
grant execute on function codingit.message_hash(text, text, text) to service_role;

grant select on public.chat_index_state, public.chat_embeddings to authenticated;
grant select, insert, update, delete on public.chat_index_state, public.chat_embeddings, public.chat_ann_indexes
  to service_role;

select codingit.ensure_policy(
  'public.chat_index_state', 'owners read the index state of their messages', 'select', 'authenticated',
  'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.chat_embeddings', 'owners read the vectors of their messages', 'select', 'authenticated',
  'user_id = (select auth.uid())'
);
