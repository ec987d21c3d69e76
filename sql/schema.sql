-- The migrated schema, written by `make rows` for review; nothing reads it. Changes belong into migrations/.

CREATE SCHEMA auth;

CREATE SCHEMA codingit;

CREATE SCHEMA codingit_internal;

CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;

CREATE TYPE public.message_role_enum AS ENUM (
    'user',
    'assistant'
);

CREATE TYPE public.project_status_enum AS ENUM (
    'active',
    'archived',
    'deleted'
);

CREATE TYPE public.subscription_status_enum AS ENUM (
    'active',
    'canceled',
    'past_due',
    'unpaid',
    'incomplete'
);

CREATE TYPE public.task_status_enum AS ENUM (
    'pending',
    'processing',
    'completed',
    'error'
);

CREATE FUNCTION auth.jwt() RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN (COALESCE(NULLIF(current_setting('request.jwt.claims'::text, true), ''::text), '{}'::text))::jsonb;

CREATE FUNCTION auth.role() RETURNS text
    LANGUAGE sql STABLE
    RETURN ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text);

CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    RETURN (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'sub'::text))::uuid;

CREATE FUNCTION codingit.english_words(content text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    -- A text of this size fits whatever it holds: one byte becomes at most four (test_defects measures it).
    always_fits constant int := 200000;
    kept int := char_length(content);
  begin
    if octet_length(content) <= always_fits then
      return to_tsvector('pg_catalog.english', content);
    end if;
    loop
      begin
        return to_tsvector('pg_catalog.english', left(content, kept));
      exception
        when program_limit_exceeded then
          kept := kept / 2;
      end;
    end loop;
  end
  $$;

CREATE FUNCTION codingit.looks_like_output(content text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN ((char_length(content) >= 1500) AND ((octet_length(content))::numeric < (1.2 * (char_length(content))::numeric)) AND ((regexp_count("left"(content, 6000), '[a-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}'::text) * 400) < char_length("left"(content, 6000))));

CREATE TABLE public.chat_message_cache (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    message_id character varying NOT NULL,
    role character varying NOT NULL,
    content text NOT NULL,
    content_hash character varying,
    model character varying,
    template character varying,
    token_count integer,
    execution_time_ms integer,
    created_at timestamp with time zone DEFAULT now(),
    content_vector tsvector GENERATED ALWAYS AS (codingit.english_words(content)) STORED,
    user_id uuid NOT NULL,
    kind text DEFAULT 'message'::text NOT NULL,
    is_output boolean GENERATED ALWAYS AS (((kind = 'tool'::text) OR codingit.looks_like_output(content))) STORED NOT NULL,
    CONSTRAINT chat_message_cache_execution_time_ms_check CHECK (((execution_time_ms IS NULL) OR (execution_time_ms >= 0))),
    CONSTRAINT chat_message_cache_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'tool'::text]))),
    CONSTRAINT chat_message_cache_role_check CHECK (((role)::text = ANY ((ARRAY['user'::character varying, 'assistant'::character varying, 'system'::character varying])::text[]))),
    CONSTRAINT chat_message_cache_token_count_check CHECK (((token_count IS NULL) OR (token_count >= 0)))
);

ALTER TABLE ONLY public.chat_message_cache FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_session_tags (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id uuid NOT NULL,
    tag character varying NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    CONSTRAINT chat_session_tags_tag_check CHECK ((char_length((tag)::text) >= 1))
);

ALTER TABLE ONLY public.chat_session_tags FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id character varying NOT NULL,
    user_id uuid NOT NULL,
    team_id uuid,
    title text,
    status character varying DEFAULT 'active'::character varying,
    message_count integer DEFAULT 0,
    model character varying,
    template character varying,
    s3_metadata_key text,
    s3_messages_key text,
    total_tokens integer DEFAULT 0,
    estimated_cost numeric DEFAULT 0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    last_activity timestamp with time zone DEFAULT now(),
    CONSTRAINT chat_sessions_estimated_cost_check CHECK ((estimated_cost >= (0)::numeric)),
    CONSTRAINT chat_sessions_message_count_check CHECK ((message_count >= 0)),
    CONSTRAINT chat_sessions_status_check CHECK (((status)::text = ANY ((ARRAY['active'::character varying, 'archived'::character varying, 'deleted'::character varying])::text[]))),
    CONSTRAINT chat_sessions_total_tokens_check CHECK ((total_tokens >= 0))
);

ALTER TABLE ONLY public.chat_sessions FORCE ROW LEVEL SECURITY;

CREATE FUNCTION codingit.chat_in_scope(caller uuid, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean) RETURNS TABLE(place tid, id uuid, created_at timestamp with time zone, content text, content_vector tsvector, is_output boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT message.ctid,
     message.id,
     message.created_at,
     message.content,
     message.content_vector,
     message.is_output
    FROM public.chat_message_cache message
   WHERE ((message.user_id = chat_in_scope.caller) AND ((chat_in_scope.asked_session IS NULL) OR (message.session_id = chat_in_scope.asked_session)) AND ((chat_in_scope.asked_role IS NULL) OR ((message.role)::text = chat_in_scope.asked_role)) AND ((chat_in_scope.asked_model IS NULL) OR ((message.model)::text = chat_in_scope.asked_model)) AND ((chat_in_scope.asked_after IS NULL) OR (message.created_at >= chat_in_scope.asked_after)) AND ((chat_in_scope.asked_before IS NULL) OR (message.created_at < chat_in_scope.asked_before)) AND (NOT (chat_in_scope.without_output AND message.is_output)) AND (NOT (EXISTS ( SELECT
            FROM public.chat_sessions session
           WHERE ((session.id = message.session_id) AND ((session.status)::text = 'deleted'::text))))) AND ((chat_in_scope.asked_tags IS NULL) OR (EXISTS ( SELECT
            FROM public.chat_session_tags label
           WHERE ((label.session_id = message.session_id) AND ((label.tag)::text = ANY (chat_in_scope.asked_tags)))))));
END;

CREATE FUNCTION codingit.code_holding(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, asked_phrases text[], asked_expression text, asked_fragments text[], most integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  declare
    -- A chunk keeps its 400 heaviest terms (indexer/lexical.py): with nearly as many it may hold others too.
    full_bytes constant int := 3100;
    telling sparsevec := codingit.terms_holding(caller, asked_model, asked_project, asked_fragments);
    held bigint[];
  begin
    -- Where there is nothing to check, a wrong expression is wrong all the same.
    perform '' ~ asked_expression;
    with narrow as materialized (
      select chunk.id, chunk.content
      from public.code_embeddings as chunk
      where chunk.user_id = caller
        and chunk.model_id = asked_model
        and chunk.file_id is not null
        and (asked_project is null or chunk.project_id = asked_project)
        and (hidden is null or chunk.project_id is null or chunk.project_id <> all (hidden))
        and (asked_languages is null or chunk.language = any (asked_languages))
        and (asked_kinds is null or chunk.kind = any (asked_kinds))
        and (asked_pattern is null or chunk.path ~ asked_pattern)
        and (telling is null or chunk.terms <#> telling < 0 or pg_column_size(chunk.terms) >= full_bytes)
    ),
    worded as materialized (
      select narrow.id, narrow.content
      from narrow
      where not exists (select from unnest(asked_phrases) as asked (phrase) where strpos(narrow.content, asked.phrase) = 0)
    )
    select array_agg(checked.id)
    into held
    from (
      select worded.id
      from worded
      where asked_expression is null or worded.content ~ asked_expression
      limit most
    ) as checked;
    return coalesce(held, '{}');
  end
  $$;

CREATE TABLE public.code_embeddings (
    id bigint NOT NULL,
    content text NOT NULL,
    embedding public.halfvec,
    user_id uuid NOT NULL,
    project_id uuid,
    file_id uuid,
    model_id smallint,
    ordinal integer,
    start_line integer,
    end_line integer,
    language text,
    kind text,
    role text,
    path text,
    symbol text,
    defines text[],
    signature text,
    text_hash bytea,
    text_embedding public.halfvec,
    words text[],
    terms public.sparsevec(536870912),
    CONSTRAINT code_embeddings_chunk_is_whole CHECK (((file_id IS NULL) OR (num_nulls(model_id, ordinal, start_line, end_line, kind, role, path, text_hash, text_embedding, words, terms, embedding) = 0))),
    CONSTRAINT code_embeddings_content_check CHECK ((char_length(content) >= 1))
)
WITH (toast_tuple_target='128');
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN language SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN kind SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN role SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN path SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN symbol SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN defines SET STORAGE MAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN signature SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN text_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.code_embeddings ALTER COLUMN terms SET STORAGE PLAIN;

ALTER TABLE ONLY public.code_embeddings FORCE ROW LEVEL SECURITY;

CREATE FUNCTION codingit.code_in_scope(caller uuid, asked_model smallint, asked_project uuid, among bigint[]) RETURNS TABLE(id bigint, project_id uuid, path text, language text, kind text, ordinal integer, symbol text, defines text[], embedding public.halfvec, terms public.sparsevec)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT chunk.id,
     chunk.project_id,
     chunk.path,
     chunk.language,
     chunk.kind,
     chunk.ordinal,
     chunk.symbol,
     chunk.defines,
     chunk.embedding,
     chunk.terms
    FROM public.code_embeddings chunk
   WHERE ((code_in_scope.among IS NULL) AND (code_in_scope.asked_project IS NULL) AND (chunk.user_id = code_in_scope.caller) AND (chunk.model_id = code_in_scope.asked_model) AND (chunk.file_id IS NOT NULL))
 UNION ALL
  SELECT chunk.id,
     chunk.project_id,
     chunk.path,
     chunk.language,
     chunk.kind,
     chunk.ordinal,
     chunk.symbol,
     chunk.defines,
     chunk.embedding,
     chunk.terms
    FROM public.code_embeddings chunk
   WHERE ((code_in_scope.among IS NULL) AND (code_in_scope.asked_project IS NOT NULL) AND (chunk.project_id = code_in_scope.asked_project) AND (chunk.user_id = code_in_scope.caller) AND (chunk.model_id = code_in_scope.asked_model) AND (chunk.file_id IS NOT NULL))
 UNION ALL
  SELECT chunk.id,
     chunk.project_id,
     chunk.path,
     chunk.language,
     chunk.kind,
     chunk.ordinal,
     chunk.symbol,
     chunk.defines,
     chunk.embedding,
     chunk.terms
    FROM public.code_embeddings chunk
   WHERE ((code_in_scope.among IS NOT NULL) AND (chunk.id = ANY (code_in_scope.among)) AND ((code_in_scope.asked_project IS NULL) OR (chunk.project_id = code_in_scope.asked_project)) AND (chunk.user_id = code_in_scope.caller) AND (chunk.model_id = code_in_scope.asked_model) AND (chunk.file_id IS NOT NULL));
END;

CREATE FUNCTION codingit.code_named(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, asked_path text, asked_name text, most integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
  declare
    filtered constant boolean := num_nonnulls(hidden, asked_languages, asked_kinds, asked_pattern) > 0;
    -- A name is one of the chunk's terms, so that few need a look at what they define.
    term constant sparsevec := codingit.term_of_name(asked_name);
    called bigint[];
  begin
    with scope as not materialized (
      select chunk.id, chunk.path, chunk.ordinal, chunk.symbol, chunk.defines, chunk.terms
      from codingit.code_in_scope(caller, asked_model, asked_project, null) as chunk
      where not filtered
        or (
          (hidden is null or chunk.project_id is null or chunk.project_id <> all (hidden))
          and (asked_languages is null or chunk.language = any (asked_languages))
          and (asked_kinds is null or chunk.kind = any (asked_kinds))
          and (asked_pattern is null or chunk.path ~ asked_pattern)
        )
    ),
    holding as materialized (
      select scope.id, scope.symbol, scope.defines
      from scope
      where asked_name is not null and scope.terms <#> term < 0
    )
    select array_agg(found.id)
    into called
    from (
      (
        select scope.id
        from scope
        where asked_path is not null
          and (
            strpos(lower(scope.path), '/' || asked_path) > 0
            or right('/' || asked_path, char_length(scope.path)) = lower(scope.path)
          )
        order by
          right(lower(scope.path), char_length(asked_path) + 1) <> '/' || asked_path,
          char_length(scope.path),
          scope.path,
          scope.ordinal
        limit most
      )
      union all
      (
        select holding.id
        from holding
        where codingit.defines_name(holding.defines, holding.symbol, asked_name)
        order by holding.id
        limit most
      )
    ) as found;
    return called;
  end
  $$;

CREATE FUNCTION codingit.content_hash(content text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN sha256(convert_to(content, 'UTF8'::name));

COMMENT ON FUNCTION codingit.content_hash(content text) IS 'sha256 of the text in UTF-8; immutable because the encoding is named and not taken from the database';

CREATE FUNCTION codingit.count_terms() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.defines_name(defines text[], symbol text, asked_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((asked_name = ANY (defines)) OR ("right"(symbol, char_length(asked_name)) = asked_name));

CREATE FUNCTION codingit.ensure_owner_policies(on_table regclass, things text, owner_column text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    theirs constant text := format('%I = (select auth.uid())', owner_column);
  begin
    perform codingit.ensure_policy(on_table, 'owners read their ' || things, 'select', 'authenticated', theirs);
    perform codingit.ensure_policy(on_table, 'owners add their ' || things, 'insert', 'authenticated', null, theirs);
    perform codingit.ensure_policy(on_table, 'owners change their ' || things, 'update', 'authenticated', theirs, theirs);
    perform codingit.ensure_policy(on_table, 'owners remove their ' || things, 'delete', 'authenticated', theirs);
  end
  $$;

CREATE FUNCTION codingit.ensure_policy(on_table regclass, sentence text, command text, to_roles text, using_rows text DEFAULT NULL::text, check_rows text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    definition constant text := concat_ws(
      ' ',
      format('create policy %I on %s for %s to %s', sentence, on_table, command, to_roles),
      'using (' || using_rows || ')',
      'with check (' || check_rows || ')'
    );
    kept text;
  begin
    if octet_length(sentence) > 63 then
      raise exception 'the name of a policy has at most 63 bytes: %', sentence;
    end if;
    select obj_description(policy.oid, 'pg_policy') into kept
    from pg_policy as policy
    where policy.polrelid = on_table and policy.polname = sentence;
    if kept = codingit.policy_fingerprint(on_table, sentence, definition) then
      return;
    end if;
    execute format('drop policy if exists %I on %s', sentence, on_table);
    execute definition;
    execute format(
      'comment on policy %I on %s is %L', sentence, on_table, codingit.policy_fingerprint(on_table, sentence, definition)
    );
  end
  $$;

CREATE FUNCTION codingit.ensure_trigger(on_table regclass, name text, timing text, action text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if not exists (
      select from pg_trigger as trigger where trigger.tgrelid = on_table and trigger.tgname = ensure_trigger.name
    ) then
      execute format('create trigger %I %s on %s for each row %s', name, timing, on_table, action);
    end if;
  end
  $$;

CREATE FUNCTION codingit.exact_query(term text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (((''''::text || replace(replace(term, '\'::text, '\\'::text), ''''::text, ''''''::text)) || ''''::text))::tsquery;

CREATE FUNCTION codingit.fold_terms(most integer DEFAULT 200000) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.forget_chat_terms() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    with gone as materialized (
      select distinct message.user_id, word.term
      from old_rows as message
      cross join lateral unnest(tsvector_to_array(message.content_vector)) as word (term)
      where char_length(word.term) between 3 and 64
        -- The words of a user that is deleted go with the user.
        and exists (select from auth.users as living where living.id = message.user_id)
        -- An update that leaves the words alone.
        and not exists (
          select from public.chat_message_cache as kept
          where kept.id = message.id and kept.user_id = message.user_id and kept.content_vector = message.content_vector
        )
    ),
    -- Common words are found here at once; asked one by one of the index they would cost a delete of 40 messages 2 s.
    still_said as materialized (
      select distinct owner.user_id, word.term
      from (select distinct gone.user_id from gone) as owner
      cross join lateral (
        select message.content_vector
        from public.chat_message_cache as message
        where message.user_id = owner.user_id
        order by message.created_at desc
        limit 500
      ) as newest
      cross join lateral unnest(tsvector_to_array(newest.content_vector)) as word (term)
    ),
    doubtful as materialized (
      select gone.user_id, gone.term from gone
      except
      select still_said.user_id, still_said.term from still_said
    )
    delete from public.chat_terms as known
    using doubtful
    where known.user_id = doubtful.user_id
      and known.term = doubtful.term
      and not exists (
        select from public.chat_message_cache as message
        where message.user_id = doubtful.user_id
          and message.content_vector @@ codingit.exact_query(doubtful.term)
      );
    return null;
  end
  $$;

CREATE FUNCTION codingit.forget_gone_projects() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.forget_project_terms() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    -- Before the delete, while it is still known whose files the project holds.
    delete from public.code_terms
    where project_id = old.id
      and user_id in (select distinct user_id from public.workspace_files where project_id = old.id);
    return old;
  end
  $$;

CREATE FUNCTION codingit.hand_over_messages() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    update public.chat_message_cache as message set user_id = new.user_id where message.session_id = new.id;
    return null;
  end
  $$;

CREATE FUNCTION codingit.indexed_chat_parts(caller uuid, asked_model_id smallint, dimensions integer, ef_search integer, asked_vector text, is_filtered boolean, without tsquery, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean, most integer) RETURNS TABLE(message_id uuid, start_at integer, end_at integer, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET enable_sort TO 'off'
    AS $_$
  declare
    -- Parts that are looked at before the filters are said to leave little.
    most_scanned constant int := 4000;
  begin
    perform set_config('hnsw.ef_search', ef_search::text, true);
    -- Goes on until so many rows are there that live and have passed the filters.
    perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
    perform set_config('hnsw.max_scan_tuples', most_scanned::text, true);
    -- The partial index answers only where user and generation are constants of the statement.
    return query execute format(
      'select part.message_id, part.start_at, part.end_at, (part.embedding::halfvec(%1$s)) <#> $1::halfvec(%1$s)
      from public.chat_embeddings as part
      where part.user_id = %2$L and part.model_id = %3$s%4$s
      order by (part.embedding::halfvec(%1$s)) <#> $1::halfvec(%1$s)
      limit %5$s',
      dimensions, caller, asked_model_id,
      case when is_filtered then
        ' and exists (
          select from codingit.chat_in_scope($2, null, $3, $4, $5, $6, $7, $8) as message
          where message.id = part.message_id and ($9 is null or not message.content_vector @@ $9)
        )'
        else ''
      end,
      most
    ) using asked_vector, caller, asked_role, asked_model, asked_tags, asked_after, asked_before, without_output, without;
  end
  $_$;

CREATE FUNCTION codingit.is_service() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (
      select from pg_catalog.pg_roles as role
      where role.rolname = coalesce(
          nullif(pg_catalog.current_setting('role'), 'none')::name, session_user
        )
        and (role.rolbypassrls or role.rolsuper)
    )
  $$;

CREATE FUNCTION codingit.keep_container() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if to_jsonb(old) ->> tg_argv[0] = auth.uid()::text or codingit.is_service() then
      return new;
    end if;
    -- A team that goes sets the team of its rows to null, whoever deletes it.
    if to_jsonb(new) ? 'team_id' and to_jsonb(new) ->> 'team_id' is null
      and not codingit_internal.team_is_stored((to_jsonb(old) ->> 'team_id')::uuid)
    then
      return new;
    end if;
    raise insufficient_privilege using message = format('a row of %I is moved by its owner alone', tg_table_name);
  end
  $$;

CREATE FUNCTION codingit.keep_last_owner() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    -- Two owners who leave at once wait for each other here, so that the second sees that the first has gone.
    perform from public.teams as team where team.id = old.team_id for no key update;
    if found
      and codingit.user_exists(old.user_id)
      and not exists (
        select from public.team_members as member
        where member.team_id = old.team_id and member.role = 'owner' and member.id <> old.id
      )
    then
      raise check_violation using
        message = 'a team keeps at least one owner',
        hint = 'Make another member an owner first, or delete the team.';
    end if;
    if tg_op = 'DELETE' then
      return old;
    end if;
    return new;
  end
  $$;

CREATE FUNCTION codingit.keep_owner() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if not codingit.is_service() then
      raise insufficient_privilege using message = format('a row of %I stays where it belongs', tg_table_name);
    end if;
    return new;
  end
  $$;

CREATE FUNCTION codingit.letters_of(term text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (SELECT string_agg(letter.letter, ''::text ORDER BY (letter.letter COLLATE "C")) AS string_agg FROM regexp_split_to_table(letters_of.term, ''::text) letter(letter));

CREATE FUNCTION codingit.limit_expiry() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    maker public.api_keys.expires_at%type;
  begin
    if coalesce(new.expires_at, 'infinity') <= coalesce(old.expires_at, 'infinity') then
      return new;
    end if;
    if auth.jwt() ->> 'api_key_id' is not null then
      raise sqlstate 'CI002' using message = 'A caller with an API key lets no key last longer.';
    end if;
    select made_by.expires_at into maker
    from public.api_keys as made_by
    where made_by.id = new.made_by
    for share;
    if coalesce(new.expires_at, 'infinity') > coalesce(maker, 'infinity') then
      raise sqlstate 'CI002' using message = 'The key would outlive the API key that made it.';
    end if;
    return new;
  end
  $$;

CREATE FUNCTION codingit.limit_type(feature_name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN CASE feature_name WHEN 'github_import'::text THEN 'github_imports'::text WHEN 'storage_used'::text THEN 'storage_mb'::text WHEN 'fragment_execution'::text THEN 'execution_time_seconds'::text WHEN 'api_call'::text THEN 'api_calls'::text ELSE feature_name END;

CREATE FUNCTION codingit.managed_teams() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid() and member.role in ('owner', 'admin')
  $$;

CREATE FUNCTION codingit.manages_workflow(workflow_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.workflows as workflow
      join public.team_members as member on member.team_id = workflow.team_id
      where workflow.id = $1 and member.user_id = auth.uid() and member.role in ('owner', 'admin')
    )
  $_$;

CREATE FUNCTION codingit.mark_files_stale() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.mark_messages_stale() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.mark_session_stale() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION codingit.match_chat(caller uuid, condition text, scoring text, evidence_kind text, words tsquery, patterns text[], lacking text[], without tsquery, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, newest boolean, without_output boolean, most integer) RETURNS TABLE(id uuid, created_at timestamp with time zone, evidence text, score real, is_output boolean, size integer)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    AS $_$
  declare
    -- A search for a common word in 200,000 messages: 30 to 45 ms of CPU with this, 300 to 890 with 20,000.
    most_scored constant int := 2000;
    -- A twentieth of the newest is common: the index would give more messages than are read otherwise.
    looked_at constant int := 400;
    common constant int := 20;
    -- Read for what is common.
    most_read constant int := 4000;
    in_scope constant text := 'codingit.chat_in_scope($1, $6, $7, $8, $9, $10, $11, $12) as message';
    -- The limit keeps the condition out of the index: these are read in the order of the index on the user and time.
    newest_in_scope constant text := format(
      '(
        select message.place, message.created_at, message.content, message.content_vector
        from %s
        order by message.created_at desc
        limit $13
      ) as message',
      in_scope
    );
    matches constant text := format(
      '%s
        and ($4 is null or not message.content ilike any ($4))
        and ($5 is null or not message.content_vector @@ $5)',
      condition
    );
    wanted constant int := case when newest then most else most_scored end;
    found_at_once int;
    -- Places, and not ids to look up again: they hold within one snapshot, and a stable function has its caller's.
    chosen tid[];
  begin
    execute format('select count(*) from %s where %s', newest_in_scope, matches)
    into found_at_once
    using caller, words, patterns, lacking, without, asked_session, asked_role, asked_model, asked_tags,
      asked_after, asked_before, without_output, looked_at;
    if found_at_once >= common then
      execute format(
        'select array_agg(match.place) from (select message.place from %s where %s limit $14) as match',
        newest_in_scope, matches
      )
      into chosen
      using caller, words, patterns, lacking, without, asked_session, asked_role, asked_model, asked_tags,
        asked_after, asked_before, without_output, most_read, wanted;
    end if;
    -- Common of late and rare before: the index knows all of them.
    if coalesce(cardinality(chosen), 0) < most then
      execute format(
        'select array_agg(match.place)
        from (
          select message.place
          from %s
          where %s
          -- An expression, so that no index on time looks like the better way.
          order by message.created_at + interval ''0'' desc
          limit $13
        ) as match',
        in_scope, matches
      )
      into chosen
      using caller, words, patterns, lacking, without, asked_session, asked_role, asked_model, asked_tags,
        asked_after, asked_before, without_output, wanted;
    end if;
    return query execute format(
      'select scored.id, scored.created_at, $4, scored.score, scored.is_output, scored.size
      from (
        select message.id, message.created_at, (%s)::real as score, message.is_output, octet_length(message.content) as size
        from public.chat_message_cache as message
        where message.ctid = any ($1) and message.user_id = $5
        -- Scored once, and not again for the order.
        offset 0
      ) as scored
      order by case when $6 then null else scored.score end desc nulls last, scored.created_at desc nulls last, scored.id
      limit $7',
      scoring
    ) using chosen, words, patterns, evidence_kind, caller, newest, most;
  end
  $_$;

CREATE FUNCTION codingit.member_teams() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid()
  $$;

CREATE FUNCTION codingit.message_hash(kind text, title text, content text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN sha256(convert_to(((((kind || chr(10)) || COALESCE(title, ''::text)) || chr(10)) || content), 'UTF8'::name));

CREATE FUNCTION codingit.near_chat_parts(caller uuid, asked_model_id smallint, asked_vector text, most integer) RETURNS TABLE(message_id uuid, start_at integer, end_at integer, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
  #variable_conflict use_column
  declare
    -- The nearest of a few are no nearer than those of all: what is farther away need not be sorted, a third of the pass.
    compared_first constant int := 4000;
  begin
    return query
    with compared as (
      select part.embedding <#> asked_vector::halfvec as distance
      from (
        select part.embedding
        from public.chat_embeddings as part
        where part.user_id = caller and part.model_id = asked_model_id
        limit compared_first
      ) as part
    ),
    farthest as materialized (
      select compared.distance from compared order by compared.distance offset most - 1 limit 1
    )
    select part.message_id, part.start_at, part.end_at, part.embedding <#> asked_vector::halfvec as distance
    from public.chat_embeddings as part
    where part.user_id = caller and part.model_id = asked_model_id
      and part.embedding <#> asked_vector::halfvec <= coalesce((select farthest.distance from farthest), 'infinity')
    order by distance
    limit most;
  end
  $$;

CREATE FUNCTION codingit.own_created_team() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if auth.uid() is not null and not codingit.is_service() then
      insert into public.team_members (team_id, user_id, role) values (new.id, auth.uid(), 'owner');
    end if;
    return null;
  end
  $$;

CREATE FUNCTION codingit.owned_teams() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid() and member.role = 'owner'
  $$;

CREATE FUNCTION codingit.owns_session(session_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.chat_sessions as session where session.id = $1 and session.user_id = auth.uid()
    )
  $_$;

CREATE FUNCTION codingit.owns_sessions(session_ids uuid[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select coalesce(bool_and(codingit.owns_session(asked.id)), true) from unnest($1) as asked (id)
  $_$;

CREATE FUNCTION codingit.owns_thread(thread_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.conversation_threads as thread where thread.id = $1 and thread.created_by = auth.uid()
    )
  $_$;

CREATE FUNCTION codingit.permissions_within(inner_permissions jsonb, outer_permissions jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN CASE WHEN (outer_permissions = '{}'::jsonb) THEN true WHEN ((jsonb_typeof((inner_permissions -> 'scopes'::text)) = 'array'::text) AND (jsonb_typeof((outer_permissions -> 'scopes'::text)) = 'array'::text)) THEN ((outer_permissions -> 'scopes'::text) @> (inner_permissions -> 'scopes'::text)) ELSE false END;

CREATE FUNCTION codingit.policy_fingerprint(on_table regclass, sentence text, definition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select md5(concat_ws(
      chr(10),
      definition,
      policy.polcmd,
      policy.polroles::text,
      pg_get_expr(policy.polqual, policy.polrelid),
      pg_get_expr(policy.polwithcheck, policy.polrelid)
    ))
    from pg_policy as policy
    where policy.polrelid = on_table and policy.polname = sentence
  $$;

CREATE FUNCTION codingit.refuse(what text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    raise insufficient_privilege using message = what || ' does not exist, or is not yours';
  end
  $$;

CREATE FUNCTION codingit.refuse_usage_of_others(team_id uuid, user_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if codingit.is_service() then
      return;
    end if;
    if auth.uid() is null
      or (user_id is not null and user_id <> auth.uid())
      or (team_id is not null and team_id <> all (codingit.member_teams()))
    then
      perform codingit.refuse('the team or the user');
    end if;
  end
  $$;

CREATE FUNCTION codingit.remember_chat_terms() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    insert into public.chat_terms (user_id, term)
    select written.user_id, written.term
    from (
      select distinct message.user_id, word.term
      from new_rows as message
      cross join lateral unnest(tsvector_to_array(message.content_vector)) as word (term)
      where char_length(word.term) between 3 and 64
    ) as written
    where not exists (
      select from public.chat_terms as known where known.user_id = written.user_id and known.term = written.term
    );
    return null;
  end
  $$;

CREATE FUNCTION codingit.revoke_made_keys() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    update public.api_keys as made set is_active = false where made.made_by = new.id and made.is_active;
    return null;
  end
  $$;

CREATE FUNCTION codingit.runs_workflow(workflow_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.workflows as workflow
      join public.team_members as member on member.team_id = workflow.team_id
      where workflow.id = $1 and member.user_id = auth.uid()
    )
  $_$;

CREATE FUNCTION codingit.search_chat_candidates(asked_groups jsonb, asked_literal text, asked_any text[], asked_similar text[], asked_without text, widen_known boolean, enough integer, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, newest boolean, without_output boolean, most integer) RETURNS TABLE(id uuid, created_at timestamp with time zone, evidence text, score real, is_output boolean, size integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET jit TO 'off'
    AS $_$
  declare
    -- Covers of the words in a row, longer messages a little behind.
    by_cover constant text := 'ts_rank_cd(message.content_vector, $2, 1)';
    by_length constant text := '1 / (1 + ln(1 + char_length(message.content)))';
    -- Without three letters in a row there may be no trigram, and the index would be read from end to end (16 s in a million
    -- messages). So all of the caller's own messages are read then.
    indexed_literal constant text := 'message.content ilike $3[1]';
    read_literal constant text := '(message.content || '''') ilike $3[1]';
    has_trigram constant text := '[[:alnum:]]{3}';
    caller constant uuid := auth.uid();
    asked record;
    hit record;
    without tsquery;
    by_likeness text;
    near_words tsquery;
    by_terms text;
    any_words tsquery;
    found uuid[] := '{}';
    added bigint;
    found_literally bigint := 0;
    held text[] := '{}';
    -- Of a sentence to the letter, two words: all its trigrams in the index cost up to eight times as much as theirs.
    rare_pieces text[];
  begin
    if caller is null then
      raise insufficient_privilege using message = 'searching needs a signed-in user';
    end if;
    for asked in
      select
        websearch_to_tsquery('pg_catalog.english', alternative.words) as words,
        websearch_to_tsquery('pg_catalog.english', alternative.plain) as plain,
        alternative.holds,
        nullif(alternative.lacks, '{}') as lacks
      from jsonb_to_recordset(asked_groups) as alternative (words text, plain text, holds text[], lacks text[])
    loop
      for hit in
        select * from codingit.match_chat(
          caller, 'message.content_vector @@ $2', by_cover, 'words', asked.words, null, asked.lacks, null,
          asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, newest, without_output, most
        )
      loop
        found := found || hit.id;
        return query
        select hit.id, hit.created_at, hit.evidence, hit.score, hit.is_output, hit.size;
      end loop;
      if asked.holds <> '{}' then
        return query select * from codingit.match_chat(
          caller,
          concat_ws(
            ' and ',
            -- Stop words leave nothing to look for.
            case when numnode(asked.plain) > 0 then 'message.content_vector @@ $2' end,
            case when asked.holds[1] ~ has_trigram then indexed_literal else read_literal end,
            '(message.content || '''') ilike all ($3)'
          ),
          by_length, 'literal', asked.plain, asked.holds, asked.lacks, null,
          asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, newest, without_output, most
        );
        get diagnostics added = row_count;
        found_literally := found_literally + added;
        if cardinality(asked.holds) = 1 and numnode(asked.plain) = 0 and asked.lacks is null then
          held := held || asked.holds;
        end if;
      end if;
    end loop;
    without := websearch_to_tsquery('pg_catalog.english', asked_without);
    if asked_any is not null and (not newest or cardinality(found) < enough) then
      with terms as materialized (
        select term.word, term.query, term.weight, term.is_common
        from codingit.weigh_chat_terms(caller, asked_any) as term
      )
      select
        (select string_agg(scored.text, ' + ') from (
          select format(
            'greatest(%s)',
            string_agg(format('%s * ts_rank(message.content_vector, %L::tsquery, 0)', terms.weight, terms.query), ', ')
          ) as text
          from terms
          group by terms.word
        ) as scored),
        (select string_agg('(' || terms.query::text || ')', ' | ')
          from terms
          where not terms.is_common or not exists (select from terms as rare where not rare.is_common)
        )::tsquery,
        (select array_agg('%' || rarest.text || '%')
          from (
            select piece.text, bool_and(terms.is_common) as is_common
            from regexp_split_to_table(substr(asked_literal, 2, char_length(asked_literal) - 2), '\s+') as piece (text)
            join terms on to_tsvector('pg_catalog.english', piece.text) @@ terms.query
            where piece.text ~ has_trigram
            group by piece.text
            -- A short one stands within many others.
            order by max(terms.weight) * char_length(piece.text) desc, piece.text
            limit 2
          ) as rarest
          having not bool_and(rarest.is_common))
      into by_terms, any_words, rare_pieces;
    end if;
    if asked_literal = any (held) and without is null then
      -- A name alone: its alternative has looked for the same.
      null;
    elsif asked_literal is not null and cardinality(found) >= enough then
      -- Of common words the trigrams are common too: three of them in 200,000 messages took half a second.
      return query
      select
        message.id, message.created_at, 'literal', (1 / (1 + ln(1 + char_length(message.content))))::real,
        message.is_output, octet_length(message.content)
      from public.chat_message_cache as message
      where message.id = any (found) and message.user_id = caller and (message.content || '') ilike asked_literal;
    elsif asked_literal is not null then
      return query select * from codingit.match_chat(
        caller,
        case
          when rare_pieces is not null then
            case when cardinality(rare_pieces) > 1 then 'message.content ilike $3[2] and ' else '' end
              || indexed_literal || ' and (message.content || '''') ilike all ($3)'
          when asked_literal ~ has_trigram then indexed_literal
          else read_literal
        end,
        by_length, 'literal', null, rare_pieces || asked_literal, null, without,
        asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, newest, without_output, most
      );
      get diagnostics added = row_count;
      found_literally := found_literally + added;
    end if;
    if any_words is not null and (not newest or cardinality(found) + found_literally < enough) then
      return query select * from codingit.match_chat(
        caller, 'message.content_vector @@ $2', by_terms, 'any', any_words, null, null, without,
        asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, newest, without_output, most
      );
    end if;
    if asked_similar is not null and cardinality(found) + found_literally < enough then
      with similar_terms as materialized (
        select near.word, codingit.exact_query(near.term) as query, near.likeness
        from codingit.similar_chat_terms(caller, asked_similar, widen_known) as near
      ),
      alike as (
        select
          format('greatest(%s)', string_agg(
            format('case when message.content_vector @@ %L::tsquery then %s end', similar_terms.query, similar_terms.likeness),
            ', '
          )) as likeness,
          '(' || string_agg(similar_terms.query::text, ' | ') || ')' as terms
        from similar_terms
        group by similar_terms.word
      )
      select
        format('(%s) * (1 + ts_rank_cd(message.content_vector, $2, 1))', string_agg(alike.likeness, ' + ')),
        string_agg(alike.terms, ' & ')::tsquery
      into by_likeness, near_words
      from alike;
      if near_words is not null then
        return query select * from codingit.match_chat(
          caller, 'message.content_vector @@ $2', by_likeness, 'similar', near_words, null, null, without,
          asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, newest, without_output, most
        );
      end if;
    end if;
  end
  $_$;

CREATE FUNCTION codingit.search_chat_meaning(asked_model_id smallint, asked_vector text, asked_without text, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean, most integer) RETURNS TABLE(id uuid, created_at timestamp with time zone, score real, is_output boolean, size integer, start_at integer, end_at integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
  #variable_conflict use_column
  declare
    caller constant uuid := auth.uid();
    without constant tsquery := websearch_to_tsquery('pg_catalog.english', asked_without);
    is_filtered constant boolean := num_nonnulls(
      asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, asked_without
    ) > 0 or without_output;
    near_parts constant int := most * 3;
    ann record;
    kept bigint;
  begin
    if caller is null then
      raise insufficient_privilege using message = 'searching needs a signed-in user';
    end if;
    select model.dimensions, index.ef_search
    into ann
    from public.embedding_models as model
    left join public.chat_ann_indexes as index on index.model_id = model.id and index.user_id = caller
    where model.id = asked_model_id and model.active;
    if not found then
      raise exception using errcode = 'CI001', message = 'this generation of the index is not the active one';
    end if;
    -- A session is a small part of the whole: its own parts are read and nothing else.
    if asked_session is null then
      return query
      with near as materialized (
        select part.message_id, part.start_at, part.end_at, part.distance
        from codingit.near_chat_parts(caller, asked_model_id, asked_vector, near_parts) as part
        where ann.ef_search is null
        union all
        select part.message_id, part.start_at, part.end_at, part.distance
        from codingit.indexed_chat_parts(
          caller, asked_model_id, ann.dimensions, ann.ef_search, asked_vector, is_filtered, without,
          asked_role, asked_model, asked_tags, asked_after, asked_before, without_output, near_parts
        ) as part
        where ann.ef_search is not null
      ),
      best as (
        select distinct on (near.message_id) near.message_id, near.start_at, near.end_at, near.distance
        from near
        order by near.message_id, near.distance
      )
      select
        message.id, message.created_at, (-best.distance)::real, message.is_output,
        octet_length(message.content), best.start_at, best.end_at
      from best
      join codingit.chat_in_scope(
        caller, null, asked_role, asked_model, asked_tags, asked_after, asked_before, without_output
      ) as message on message.id = best.message_id
      where without is null or not message.content_vector @@ without
      order by best.distance, message.id
      limit most;
      get diagnostics kept = row_count;
      if kept >= most or not is_filtered then
        return;
      end if;
    end if;
    -- A row may come twice: callers take the better score of each message.
    return query
    with allowed as materialized (
      select
        message.id, message.created_at, message.is_output, octet_length(message.content) as size
      from codingit.chat_in_scope(
        caller, asked_session, asked_role, asked_model, asked_tags, asked_after, asked_before, without_output
      ) as message
      where without is null or not message.content_vector @@ without
    ),
    best as (
      select distinct on (part.message_id)
        allowed.id, allowed.created_at, allowed.is_output, allowed.size, part.start_at, part.end_at,
        part.embedding <#> asked_vector::halfvec as distance
      from allowed
      join public.chat_embeddings as part on part.message_id = allowed.id and part.model_id = asked_model_id
      where part.user_id = caller
      order by part.message_id, distance
    )
    select
      best.id, best.created_at, (-best.distance)::real, best.is_output, best.size, best.start_at, best.end_at
    from best
    order by best.distance, best.id
    limit most;
  end
  $$;

CREATE FUNCTION codingit.search_code_candidates(asked_model smallint, asked_project uuid, asked_vector text, asked_terms text[], asked_weights real[], asked_fuzzy text, asked_languages text[], asked_kinds text[], asked_pattern text, most integer, asked_phrases text[] DEFAULT NULL::text[], asked_expression text DEFAULT NULL::text, asked_fragments text[] DEFAULT NULL::text[], asked_path text DEFAULT NULL::text, asked_name text DEFAULT NULL::text) RETURNS TABLE(id bigint, file_id uuid, project_id uuid, ordinal integer, path text, language text, kind text, symbol text, defines text[], role text, start_line integer, end_line integer, dense real, lexical real, widened jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET "pg_trgm.similarity_threshold" TO '0.4'
    SET jit TO 'off'
    AS $$
  #variable_conflict use_column
  declare
    -- Up to here one exact pass is cheaper than an index that finds nearly as much (31 ms at 50,000 chunks).
    -- Tests set both low to see the other path.
    exact_limit constant int := coalesce(nullif(current_setting('codingit.exact_limit', true), '')::int, 40000);
    lexical_limit constant int := coalesce(nullif(current_setting('codingit.lexical_limit', true), '')::int, 20000);
    held_limit constant int := 5000;
    caller uuid := auth.uid();
    hidden uuid[];
    chunks bigint;
    query_vector halfvec;
    query_terms sparsevec;
    rare_terms text[];
    expansions jsonb;
    shortlist bigint[];
    named bigint[];
    name_term sparsevec;
    exactly boolean := asked_phrases is not null or asked_expression is not null;
    filtered boolean;
  begin
    if caller is null then
      raise insufficient_privilege using message = 'searching needs a signed-in user';
    end if;
    if not exists (select from public.embedding_models as model where model.id = asked_model and model.active) then
      raise exception using errcode = 'CI001', message = 'this generation of the index is not the active one';
    end if;

    select
      coalesce(sum(scope.df) filter (where not scope.gone), 0),
      array_agg(scope.project_id) filter (where scope.gone)
    into chunks, hidden
    from (
      select counted.project_id, sum(counted.df) as df,
        counted.project_id is not null
          and not exists (
            select from public.projects as project
            where project.id = counted.project_id and project.status <> 'deleted' and project.deleted_at is null
          ) as gone
      from (
        select term.project_id, term.df from public.code_terms as term
        where term.user_id = caller and term.model_id = asked_model and term.term = ''
        union all
        select delta.project_id, delta.df from public.code_term_deltas as delta
        where delta.user_id = caller and delta.model_id = asked_model and delta.term = ''
      ) as counted
      where asked_project is null or counted.project_id = asked_project
      group by counted.project_id
    ) as scope;
    if asked_project = any (hidden) then
      return;
    end if;

    query_vector := asked_vector::halfvec;
    if asked_terms is not null then
      with asked as (
        select asked.term, max(asked.weight) as weight
        from unnest(asked_terms, asked_weights) as asked (term, weight)
        group by asked.term
      ),
      lexicon as (
        select asked.term, asked.weight, coalesce(sum(found.df), 0) as df
        from asked
        left join lateral (
          select term.df from public.code_terms as term
          where term.user_id = caller and term.model_id = asked_model and term.term = asked.term
            and (asked_project is null or term.project_id = asked_project)
          union all
          select delta.df from public.code_term_deltas as delta
          where delta.user_id = caller and delta.model_id = asked_model and delta.term = asked.term
            and (asked_project is null or delta.project_id = asked_project)
        ) as found on true
        group by asked.term, asked.weight
      ),
      similar_terms as (
        select near.term, lexicon.weight * near.likeness as weight, near.df, lexicon.term as source, near.likeness
        from lexicon
        cross join lateral (
          select term.term, sum(term.df) as df, similarity(term.term, lexicon.term) as likeness
          from public.code_terms as term
          where term.user_id = caller and term.model_id = asked_model
            and (asked_project is null or term.project_id = asked_project)
            and term.term % lexicon.term
            and term.term <> ''
          group by term.term
          order by likeness desc, term.term
          limit 5
        ) as near
        where char_length(lexicon.term) > 2
          and (asked_fuzzy = 'always' or (asked_fuzzy = 'unknown' and lexicon.df <= 0))
          and near.term <> lexicon.term
      ),
      weighed as (
        select known.term, known.weight, known.df from lexicon as known where known.df > 0
        union all
        select similar_terms.term, similar_terms.weight, similar_terms.df from similar_terms where similar_terms.df > 0
      ),
      -- Two terms may fall on one dimension, and a widened term may be asked for as well.
      dimensions as (
        select codingit.term_id(weighed.term) as dimension,
          max(weighed.weight * ln(1 + (greatest(chunks, weighed.df) - weighed.df + 0.5::float8) / (weighed.df + 0.5::float8))) as weight
        from weighed
        group by codingit.term_id(weighed.term)
      )
      select
        (select ('{' || string_agg(dimension || ':' || weight::real, ',') || '}/536870912')::sparsevec
          from dimensions where weight::real <> 0),
        -- The rarest term always: a query of common words alone must find something too.
        (select array_agg(rare.term) from (
          select weighed.term,
            sum(weighed.df) over (order by weighed.df, weighed.term) as running,
            row_number() over (order by weighed.df, weighed.term) as place
          from weighed
        ) as rare where rare.running <= lexical_limit or rare.place = 1),
        (select jsonb_object_agg(widening.source, widening.terms) from (
          select similar_terms.source, jsonb_object_agg(similar_terms.term, round(similar_terms.likeness::numeric, 2)) as terms
          from similar_terms group by similar_terms.source
        ) as widening)
      into query_terms, rare_terms, expansions;
    end if;
    if asked_name is not null and asked_path is null and not exactly and chunks <= exact_limit then
      name_term := codingit.term_of_name(asked_name);
    elsif asked_path is not null or asked_name is not null then
      named := codingit.code_named(
        caller, asked_model, asked_project, hidden, asked_languages, asked_kinds, asked_pattern,
        asked_path, asked_name, most
      );
    end if;
    if query_vector is null and query_terms is null and name_term is null and named is null and not exactly then
      return;
    end if;

    if exactly then
      shortlist := codingit.code_holding(
        caller, asked_model, asked_project, hidden, asked_languages, asked_kinds, asked_pattern,
        asked_phrases, asked_expression, asked_fragments, held_limit
      );
      named := shortlist;
    elsif chunks > exact_limit then
      shortlist := codingit.shortlist_code(
        caller, asked_model, asked_project, hidden, asked_languages, asked_kinds, asked_pattern,
        query_vector, query_terms, rare_terms, greatest(most * 5, 1000), lexical_limit
      );
      if shortlist is not null then
        shortlist := shortlist || named;
      end if;
    end if;

    -- One look a row where there is nothing to filter by.
    filtered := num_nonnulls(hidden, asked_languages, asked_kinds, asked_pattern) > 0;
    return query
    with scope as materialized (
      select
        chunk.id,
        -(chunk.embedding <#> query_vector) as dense,
        -(chunk.terms <#> query_terms) as lexical,
        case when name_term is not null and chunk.terms <#> name_term < 0 then
          codingit.defines_name(chunk.defines, chunk.symbol, asked_name)
        end as called
      from codingit.code_in_scope(caller, asked_model, asked_project, shortlist) as chunk
      where not filtered
        or (
          (hidden is null or chunk.project_id is null or chunk.project_id <> all (hidden))
          and (asked_languages is null or chunk.language = any (asked_languages))
          and (asked_kinds is null or chunk.kind = any (asked_kinds))
          and (asked_pattern is null or chunk.path ~ asked_pattern)
        )
    ),
    best as (
      (
        select scope.id, scope.dense, scope.lexical
        from scope
        where scope.dense is not null
        order by scope.dense desc, scope.id
        limit most
      )
      union
      (
        select scope.id, scope.dense, scope.lexical
        from scope
        where scope.lexical > 0
        order by scope.lexical desc, scope.id
        limit most
      )
      union
      (
        select scope.id, scope.dense, scope.lexical
        from scope
        where (name_term is not null or named is not null)
          and (scope.called or scope.id in (select unnest(named)))
        order by scope.id
        limit most
      )
    )
    select
      chunk.id,
      chunk.file_id,
      chunk.project_id,
      chunk.ordinal,
      chunk.path,
      chunk.language,
      chunk.kind,
      chunk.symbol,
      chunk.defines,
      chunk.role,
      chunk.start_line,
      chunk.end_line,
      best.dense::real,
      best.lexical::real,
      case when row_number() over () = 1 then expansions end
    from best
    -- One after the other: a plan that does not know how few they are would rather read all chunks.
    cross join lateral (
      select found.* from public.code_embeddings as found where found.id = best.id limit 1
    ) as chunk;
  end
  $$;

CREATE FUNCTION codingit.shorten_made_keys() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    update public.api_keys as made
    set expires_at = new.expires_at
    where made.made_by = new.id and coalesce(made.expires_at, 'infinity') > new.expires_at;
    return null;
  end
  $$;

CREATE FUNCTION codingit.shortlist_code(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, query_vector public.halfvec, query_terms public.sparsevec, rare_terms text[], most integer, most_lexical integer) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET enable_sort TO 'off'
    AS $_$
  declare
    ann record;
    filters text;
    dense_ids bigint[];
    lexical_ids bigint[];
  begin
    select index.probes, model.dimensions
    into ann
    from public.code_ann_indexes as index
    join public.embedding_models as model on model.id = index.model_id
    where index.model_id = asked_model and index.user_id = caller;
    if not found then
      return null;
    end if;
    -- The partial indexes answer only where user and generation are constants of the statement.
    filters := format('user_id = %L and model_id = %s and file_id is not null', caller, asked_model)
      || case when asked_project is null then '' else format(' and project_id = %L', asked_project) end
      || case when hidden is null then '' else format(' and (project_id is null or project_id <> all (%L::uuid[]))', hidden) end
      || case when asked_languages is null then '' else format(' and language = any (%L::text[])', asked_languages) end
      || case when asked_kinds is null then '' else format(' and kind = any (%L::text[])', asked_kinds) end
      || case when asked_pattern is null then '' else format(' and path ~ %L', asked_pattern) end;
    if query_vector is not null then
      perform set_config('ivfflat.probes', ann.probes::text, true);
      -- Goes on to further lists until so many rows have passed the filters.
      perform set_config('ivfflat.iterative_scan', 'relaxed_order', true);
      execute format(
        'select array_agg(near.id) from (
          select id from public.code_embeddings
          where %s
          order by (embedding::halfvec(%s)) <#> $1::halfvec(%s)
          limit %s
        ) as near',
        filters, ann.dimensions, ann.dimensions, most
      ) into dense_ids using query_vector;
    end if;
    if query_terms is not null and rare_terms is not null then
      execute format(
        'select array_agg(best.id) from (
          select holding.id from (
            select id, terms <#> $1 as distance from public.code_embeddings
            where words && $2 and %s
            limit %s
          ) as holding
          order by holding.distance, holding.id
          limit %s
        ) as best',
        filters, most_lexical, most
      ) into lexical_ids using query_terms, rare_terms;
    end if;
    return coalesce(dense_ids, '{}') || coalesce(lexical_ids, '{}');
  end
  $_$;

CREATE FUNCTION codingit.similar_chat_terms(caller uuid, asked_words text[], widen_known boolean) RETURNS TABLE(word text, term text, likeness real)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    SET "pg_trgm.similarity_threshold" TO '0.2'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  #variable_conflict use_column
  declare
    like_enough constant real := 0.4;
    asked text;
  begin
    for asked in
      select distinct lexeme from unnest(asked_words) as each_word (text)
      cross join lateral unnest(tsvector_to_array(to_tsvector('pg_catalog.english', each_word.text))) as lexeme
      where char_length(lexeme) between 3 and 64
    loop
      if not widen_known and exists (
        select from public.chat_terms as known where known.user_id = caller and known.term = asked
      ) then
        return query select asked, asked, 1::real;
        continue;
      end if;
      return query
        select asked, near.term, near.likeness
        from (
          select distinct known.term,
            case
              when codingit.letters_of(known.term) = codingit.letters_of(asked)
                then greatest(similarity(known.term, asked), 0.9::real)
              else similarity(known.term, asked)
            end as likeness
          from public.chat_terms as known
          where known.user_id = caller and known.term % asked
        ) as near
        where near.likeness >= like_enough
        order by near.likeness desc, near.term
        limit 5;
    end loop;
  end
  $$;

CREATE FUNCTION codingit.take_user_of_session() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    new.user_id := (select session.user_id from public.chat_sessions as session where session.id = new.session_id);
    return new;
  end
  $$;

CREATE FUNCTION codingit.term_id(term text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((((('x'::text || substr(md5(term), 1, 8)))::bit(32))::integer & 536870911) + 1);

CREATE FUNCTION codingit.term_of_name(asked_name text) RETURNS public.sparsevec
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((('{'::text || codingit.term_id(translate(lower(asked_name), '_-'::text, ''::text))) || ':1}/536870912'::text))::public.sparsevec;

CREATE FUNCTION codingit.terms_holding(caller uuid, asked_model smallint, asked_project uuid, fragments text[]) RETURNS public.sparsevec
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    AS $$
  select held.terms
  from unnest(fragments) as asked (fragment)
  cross join lateral (
    select
      ('{' || coalesce(string_agg(distinct codingit.term_id(found.term) || ':1', ','), '') || '}/536870912')::sparsevec as terms,
      coalesce(sum(found.df), 0) as df
    from (
      select term.term, term.df from public.code_terms as term
      where term.user_id = caller and term.model_id = asked_model
        and (asked_project is null or term.project_id = asked_project)
        and term.term like '%' || asked.fragment || '%'
      union all
      select delta.term, delta.df from public.code_term_deltas as delta
      where delta.user_id = caller and delta.model_id = asked_model
        and (asked_project is null or delta.project_id = asked_project)
        and delta.term like '%' || asked.fragment || '%'
      union all
      select term.term, term.df from public.code_terms as term
      where term.user_id = caller and term.model_id = asked_model and char_length(term.term) = 64
        and (asked_project is null or term.project_id = asked_project)
      union all
      select delta.term, delta.df from public.code_term_deltas as delta
      where delta.user_id = caller and delta.model_id = asked_model and char_length(delta.term) = 64
        and (asked_project is null or delta.project_id = asked_project)
    ) as found
  ) as held
  order by held.df
  limit 1
  $$;

CREATE FUNCTION codingit.usage_type(feature_name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN CASE feature_name WHEN 'github_imports'::text THEN 'github_import'::text WHEN 'storage_mb'::text THEN 'storage_used'::text WHEN 'execution_time_seconds'::text THEN 'fragment_execution'::text WHEN 'api_calls'::text THEN 'api_call'::text ELSE feature_name END;

CREATE FUNCTION codingit.user_exists(user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (select from auth.users where users.id = $1)
  $_$;

CREATE FUNCTION codingit.wanted_hash(content_hash bytea, path text, is_directory boolean, user_id uuid, project_id uuid) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select sha256(
      content_hash
      || convert_to(path || chr(10) || is_directory::text || chr(10) || user_id::text || chr(10) || coalesce(project_id::text, ''), 'UTF8')
    )
  $$;

CREATE FUNCTION codingit.weigh_chat_terms(caller uuid, asked_words text[]) RETURNS TABLE(word text, query tsquery, weight real, is_common boolean)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'extensions', 'pg_temp'
    AS $$
  declare
    sampled constant int := 300;
    -- One in so many of the sampled: of such a word the index would give more messages than are worth ranking.
    common constant int := 20;
    -- The rarest; each costs a look at every message that is ranked.
    most_words constant int := 12;
  begin
    return query
    with terms as materialized (
      -- Made into a query once: asked again for each sampled message that took 10 microseconds, half of a search.
      select known.word, codingit.exact_query(known.term) as query, known.likeness
      from (
        select near.word, near.term, near.likeness from codingit.similar_chat_terms(caller, asked_words, false) as near
        union all
        select distinct lexeme, lexeme, 1::real
        from unnest(asked_words) as each_word (text)
        cross join lateral unnest(tsvector_to_array(to_tsvector('pg_catalog.english', each_word.text))) as lexeme
        where char_length(lexeme) not between 3 and 64
      ) as known
    ),
    sample as materialized (
      select message.content_vector
      from public.chat_message_cache as message
      where message.user_id = caller
      order by message.created_at desc
      limit sampled
    ),
    counted as materialized (
      select
        terms.word,
        terms.query,
        terms.likeness,
        (select count(*) from sample where sample.content_vector @@ terms.query) as df,
        (select count(*) from sample) as n
      from terms
    ),
    rarest as (
      select counted.word from counted group by counted.word order by min(counted.df), counted.word limit most_words
    )
    select
      counted.word,
      counted.query,
      (counted.likeness * ln(1 + (counted.n - counted.df + 0.5) / (counted.df + 0.5)))::real,
      counted.df * common > counted.n
    from counted
    join rarest on rarest.word = counted.word;
  end
  $$;

CREATE FUNCTION codingit.writes_fragment(fragment_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.fragments as fragment
      where fragment.id = $1
        and (fragment.user_id = auth.uid() or codingit.writes_project(fragment.project_id))
    )
  $_$;

CREATE FUNCTION codingit.writes_project(project_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.projects as project
      where project.id = $1
        and (
          project.user_id = auth.uid()
          or exists (
            select from public.team_members as member
            where member.team_id = project.team_id
              and member.user_id = auth.uid()
              and member.role in ('owner', 'admin')
          )
        )
    )
  $_$;

CREATE FUNCTION codingit_internal.project_is_deleted(project_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.projects as project
      where project.id = $1 and (project.status = 'deleted' or project.deleted_at is not null)
    )
  $_$;

CREATE FUNCTION codingit_internal.team_has_member(team_id uuid, user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (select from public.team_members as member where member.team_id = $1 and member.user_id = $2)
  $_$;

CREATE FUNCTION codingit_internal.team_is_stored(team_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (select from public.teams as team where team.id = $1)
  $_$;

CREATE FUNCTION codingit_internal.thread_holds_message(thread_id uuid, message_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select exists (
      select from public.thread_messages as message where message.id = $2 and message.thread_id = $1
    )
  $_$;

CREATE FUNCTION public.authenticate_api_key(key_hash text) RETURNS TABLE(user_id uuid, permissions jsonb, id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  #variable_conflict use_column
  declare
    key_id uuid;
  begin
    select key.id into key_id
    from public.api_keys as key
    where key.key_hash = authenticate_api_key.key_hash
      and key.is_active
      and (key.expires_at is null or key.expires_at > now());
    if key_id is null then
      return;
    end if;
    if exists (
      select from public.api_keys as key
      where key.id = key_id
        and (key.last_used_at is null or key.last_used_at < now() - interval '1 minute')
    ) then
      update public.api_keys as key
      set last_used_at = now()
      where key.id = (
        select due.id from public.api_keys as due
        where due.id = key_id and (due.last_used_at is null or due.last_used_at < now() - interval '1 minute')
        for update skip locked
      );
    end if;
    return query
    select key.user_id, coalesce(key.permissions, '{}'), key.id
    from public.api_keys as key
    where key.id = key_id;
  end
  $$;

CREATE FUNCTION public.can_use_feature(feature_name text, team_id_param uuid, user_id_param uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    perform codingit.refuse_usage_of_others(team_id_param, user_id_param);
    return coalesce(
      (
        select usage.current_usage < usage.limit_value
        from public.team_usage_limits as usage
        where usage.team_id = team_id_param and usage.usage_type = codingit.limit_type(feature_name)
      ),
      true
    );
  end
  $$;

CREATE FUNCTION public.create_api_key(name text, permissions jsonb DEFAULT '{}'::jsonb, expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    key constant text := 'cik_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    wanted constant jsonb := coalesce(create_api_key.permissions, '{}');
    maker_id constant uuid := (auth.jwt() ->> 'api_key_id')::uuid;
    maker public.api_keys;
  begin
    if auth.uid() is null then
      raise insufficient_privilege using message = 'a key belongs to a signed-in user';
    end if;
    if create_api_key.expires_at <= now() then
      raise check_violation using message = 'a key expires in the future';
    end if;
    if maker_id is not null then
      select * into maker
      from public.api_keys as asking
      where asking.id = maker_id
        and asking.user_id = auth.uid()
        and asking.is_active
        and (asking.expires_at is null or asking.expires_at > now())
      for share;
      if not found then
        raise sqlstate 'CI002' using message = 'The API key that asks has been revoked or has expired.';
      end if;
      if not codingit.permissions_within(wanted, coalesce(maker.permissions, '{}')) then
        raise sqlstate 'CI002' using message = 'The new key would have scopes that the API key that asks has not.';
      end if;
      if maker.expires_at is not null and (create_api_key.expires_at is null or create_api_key.expires_at > maker.expires_at)
      then
        raise sqlstate 'CI002' using message = 'The new key would outlive the API key that asks.';
      end if;
    end if;
    insert into public.api_keys (user_id, name, key_hash, key_prefix, permissions, expires_at, made_by)
    values (
      auth.uid(),
      create_api_key.name,
      encode(sha256(convert_to(key, 'UTF8')), 'hex'),
      left(key, 12),
      wanted,
      create_api_key.expires_at,
      maker_id
    );
    return key;
  end
  $$;

CREATE FUNCTION public.get_user_chat_summary(user_id_param uuid) RETURNS TABLE(total_sessions integer, total_messages integer, total_tokens integer, total_cost numeric, avg_session_length_minutes numeric, avg_daily_sessions numeric, most_active_hour integer, most_active_day integer, favorite_models json, favorite_templates json, model_usage_breakdown json, template_usage_breakdown json)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if not codingit.is_service() and user_id_param is distinct from auth.uid() or user_id_param is null then
      perform codingit.refuse('the user');
    end if;
    return query
    select
      coalesce(kept.total_sessions, counted.sessions)::int,
      coalesce(kept.total_messages, counted.messages)::int,
      coalesce(kept.total_tokens, counted.tokens)::int,
      coalesce(kept.total_cost, counted.cost),
      round(counted.minutes, 2),
      -- Over the days on which there was a session at all.
      round(counted.sessions::numeric / greatest(counted.days, 1), 2),
      coalesce(kept.most_active_hour, counted.hour),
      coalesce(kept.most_active_day, counted.day),
      to_json(coalesce(kept.favorite_models, '{}')),
      to_json(coalesce(kept.favorite_templates, '{}')),
      coalesce(kept.model_usage, '{}')::json,
      coalesce(kept.template_usage, '{}')::json
    from (
      select
        count(*) as sessions,
        coalesce(sum(session.message_count), 0) as messages,
        coalesce(sum(session.total_tokens), 0) as tokens,
        coalesce(sum(session.estimated_cost), 0) as cost,
        coalesce(
          avg(greatest(extract(epoch from session.last_activity - session.created_at), 0) / 60.0), 0
        ) as minutes,
        count(distinct (session.created_at at time zone 'utc')::date) as days,
        mode() within group (order by extract(hour from session.created_at at time zone 'utc')::int) as hour,
        mode() within group (order by extract(dow from session.created_at at time zone 'utc')::int) as day
      from public.chat_sessions as session
      where session.user_id = user_id_param
    ) as counted
    left join public.user_chat_analytics as kept on kept.user_id = user_id_param;
  end
  $$;

CREATE FUNCTION public.increment_usage(feature_name text, team_id_param uuid, user_id_param uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  declare
    limited constant text := codingit.limit_type(feature_name);
    recorded constant text := codingit.usage_type(feature_name);
  begin
    perform codingit.refuse_usage_of_others(team_id_param, user_id_param);
    -- project_created is recorded for the user and limited for nobody.
    if team_id_param is not null and recorded is distinct from 'project_created' then
      insert into public.team_usage_limits as usage (team_id, usage_type, limit_value, current_usage)
      values (team_id_param, limited, 1000, 1)
      on conflict (team_id, usage_type) do update set current_usage = usage.current_usage + 1;
    end if;
    insert into public.user_usage (user_id, team_id, usage_type)
    values (coalesce(user_id_param, auth.uid()), team_id_param, recorded);
    return true;
  end
  $$;

CREATE FUNCTION public.initialize_team_usage_limits(team_id_param uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    if not codingit.is_service() and (team_id_param = any (codingit.managed_teams())) is not true then
      perform codingit.refuse('the team');
    end if;
    insert into public.team_usage_limits (team_id, usage_type, limit_value)
    values
      (team_id_param, 'github_imports', 100),
      (team_id_param, 'storage_mb', 1000),
      (team_id_param, 'execution_time_seconds', 3600),
      (team_id_param, 'api_calls', 10000)
    on conflict (team_id, usage_type) do nothing;
  end
  $$;

CREATE FUNCTION public.save_message_and_update_project(project_id_param uuid, role_param text, content_param jsonb, object_data_param jsonb DEFAULT NULL::jsonb, result_data_param jsonb DEFAULT NULL::jsonb, sequence_number_param integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    -- The project's row first: messages of one project are saved one after the other.
    update public.projects as project
    set updated_at = now()
    where project.id = project_id_param
      and (project.user_id = auth.uid() or codingit.is_service());
    if not found then
      perform codingit.refuse('the project');
    end if;
    -- It has a default only because it stands behind the two that have one.
    if sequence_number_param is null then
      raise null_value_not_allowed using message = 'sequence_number_param is required';
    end if;
    insert into public.messages (project_id, role, content, object_data, result_data, sequence_number)
    values (
      project_id_param,
      role_param::public.message_role_enum,
      content_param,
      object_data_param,
      result_data_param,
      sequence_number_param
    )
    on conflict (project_id, sequence_number) do update
      set
        role = excluded.role,
        content = excluded.content,
        object_data = excluded.object_data,
        result_data = excluded.result_data;
  end
  $$;

CREATE FUNCTION public.search_user_messages(query_text text, user_id_param uuid) RETURNS TABLE(content text, created_at timestamp with time zone, session_id text, similarity_score real, title text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  declare
    wanted constant tsquery := websearch_to_tsquery('pg_catalog.english', query_text);
  begin
    if not codingit.is_service() and user_id_param is distinct from auth.uid() or user_id_param is null then
      perform codingit.refuse('the user');
    end if;
    return query
    select
      message.content,
      message.created_at,
      session.session_id::text,
      ts_rank(message.content_vector, wanted),
      coalesce(session.title, 'Untitled Session')
    from public.chat_message_cache as message
    join public.chat_sessions as session on session.id = message.session_id
    where message.user_id = user_id_param
      and message.content_vector @@ wanted
      and session.status is distinct from 'deleted'
    order by 4 desc, message.created_at desc, message.id
    limit 50;
  end
  $$;

CREATE FUNCTION public.soft_delete_project(project_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    update public.projects as project
    set status = 'deleted', deleted_at = coalesce(project.deleted_at, now())
    where project.id = soft_delete_project.project_id
      and (codingit.is_service() or codingit.writes_project(project.id));
    if not found then
      perform codingit.refuse('the project');
    end if;
  end
  $$;

CREATE FUNCTION public.update_updated_at_column() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  begin
    new.updated_at := now();
    return new;
  end
  $$;

CREATE TABLE auth.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now()
);

ALTER TABLE ONLY auth.users FORCE ROW LEVEL SECURITY;

CREATE TABLE codingit.migrations (
    version text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY codingit.migrations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    key_hash text NOT NULL,
    key_prefix text NOT NULL,
    permissions jsonb DEFAULT '{}'::jsonb,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    is_active boolean DEFAULT true,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    made_by uuid,
    CONSTRAINT api_keys_key_prefix_check CHECK ((char_length(key_prefix) >= 1)),
    CONSTRAINT api_keys_name_check CHECK ((char_length(name) >= 1))
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.billing_info (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id uuid NOT NULL,
    company_name text NOT NULL,
    company_email text NOT NULL,
    tax_id text,
    address text NOT NULL,
    city text NOT NULL,
    state text NOT NULL,
    postal_code text NOT NULL,
    country text DEFAULT 'US'::text NOT NULL,
    payment_method text DEFAULT 'card'::text NOT NULL,
    billing_cycle text DEFAULT 'monthly'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT billing_info_billing_cycle_check CHECK ((billing_cycle = ANY (ARRAY['monthly'::text, 'annual'::text]))),
    CONSTRAINT billing_info_company_email_check CHECK ((company_email ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$'::text)),
    CONSTRAINT billing_info_payment_method_check CHECK ((payment_method = ANY (ARRAY['card'::text, 'bank_transfer'::text, 'invoice'::text])))
);

ALTER TABLE ONLY public.billing_info FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_ann_indexes (
    name text NOT NULL,
    model_id smallint NOT NULL,
    user_id uuid NOT NULL,
    ef_search integer,
    rows_at_build bigint NOT NULL,
    rows_at_check bigint NOT NULL,
    recall real NOT NULL,
    built_at timestamp with time zone DEFAULT now() NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.chat_ann_indexes FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_embeddings (
    message_id uuid NOT NULL,
    model_id smallint NOT NULL,
    part smallint NOT NULL,
    user_id uuid NOT NULL,
    start_at integer NOT NULL,
    end_at integer NOT NULL,
    embedding public.halfvec NOT NULL,
    CONSTRAINT chat_embeddings_check CHECK (((start_at >= 0) AND (end_at > start_at))),
    CONSTRAINT chat_embeddings_part_check CHECK ((part >= 0))
);
ALTER TABLE ONLY public.chat_embeddings ALTER COLUMN embedding SET STORAGE PLAIN;

ALTER TABLE ONLY public.chat_embeddings FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_export_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    export_type character varying NOT NULL,
    status character varying DEFAULT 'pending'::character varying,
    date_from timestamp with time zone,
    date_to timestamp with time zone,
    session_ids uuid[],
    s3_export_key text,
    file_size_bytes bigint,
    record_count integer,
    error_message text,
    created_at timestamp with time zone DEFAULT now(),
    completed_at timestamp with time zone,
    CONSTRAINT chat_export_requests_export_type_check CHECK (((export_type)::text = ANY ((ARRAY['json'::character varying, 'csv'::character varying])::text[]))),
    CONSTRAINT chat_export_requests_file_size_bytes_check CHECK (((file_size_bytes IS NULL) OR (file_size_bytes >= 0))),
    CONSTRAINT chat_export_requests_record_count_check CHECK (((record_count IS NULL) OR (record_count >= 0))),
    CONSTRAINT chat_export_requests_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE ONLY public.chat_export_requests FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_index_state (
    message_id uuid NOT NULL,
    model_id smallint NOT NULL,
    user_id uuid NOT NULL,
    wanted_hash bytea NOT NULL,
    indexed_hash bytea,
    parts integer DEFAULT 0 NOT NULL,
    unread integer DEFAULT 0 NOT NULL,
    masked integer DEFAULT 0 NOT NULL,
    error text,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    indexed_at timestamp with time zone
);

ALTER TABLE ONLY public.chat_index_state FORCE ROW LEVEL SECURITY;

CREATE TABLE public.chat_terms (
    user_id uuid NOT NULL,
    term text NOT NULL
);

ALTER TABLE ONLY public.chat_terms FORCE ROW LEVEL SECURITY;

CREATE TABLE public.code_ann_indexes (
    name text NOT NULL,
    model_id smallint NOT NULL,
    user_id uuid,
    lists integer NOT NULL,
    probes integer NOT NULL,
    rows_at_build bigint NOT NULL,
    recall real,
    built_at timestamp with time zone DEFAULT now() NOT NULL,
    rows_at_check bigint DEFAULT 0 NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.code_ann_indexes FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.code_embeddings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.code_embeddings_id_seq OWNED BY public.code_embeddings.id;

CREATE TABLE public.code_index_state (
    file_id uuid NOT NULL,
    model_id smallint NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    wanted_hash bytea NOT NULL,
    indexed_hash bytea,
    chunks integer DEFAULT 0 NOT NULL,
    masked integer DEFAULT 0 NOT NULL,
    skipped text,
    error text,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    indexed_at timestamp with time zone
);

ALTER TABLE ONLY public.code_index_state FORCE ROW LEVEL SECURITY;

CREATE TABLE public.code_term_deltas (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    model_id smallint NOT NULL,
    term text NOT NULL,
    df integer NOT NULL
);

ALTER TABLE ONLY public.code_term_deltas FORCE ROW LEVEL SECURITY;

ALTER TABLE public.code_term_deltas ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.code_term_deltas_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.code_terms (
    user_id uuid NOT NULL,
    project_id uuid,
    model_id smallint NOT NULL,
    term text NOT NULL,
    df integer NOT NULL
);

ALTER TABLE ONLY public.code_terms FORCE ROW LEVEL SECURITY;

CREATE TABLE public.conversation_threads (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    is_archived boolean DEFAULT false,
    CONSTRAINT conversation_threads_name_check CHECK ((char_length(name) >= 1))
);

ALTER TABLE ONLY public.conversation_threads FORCE ROW LEVEL SECURITY;

CREATE TABLE public.embedding_models (
    id smallint NOT NULL,
    name text NOT NULL,
    revision text NOT NULL,
    dimensions integer NOT NULL,
    chunker_version integer NOT NULL,
    active boolean DEFAULT false NOT NULL,
    retired_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    activated_at timestamp with time zone,
    CONSTRAINT embedding_models_check CHECK ((NOT (active AND (retired_at IS NOT NULL)))),
    CONSTRAINT embedding_models_dimensions_check CHECK (((dimensions >= 1) AND (dimensions <= 2000))),
    CONSTRAINT embedding_models_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 500)))
);

ALTER TABLE ONLY public.embedding_models FORCE ROW LEVEL SECURITY;

ALTER TABLE public.embedding_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.embedding_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.file_uploads (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    file_name text NOT NULL,
    file_path text NOT NULL,
    file_size bigint,
    mime_type text,
    bucket_name text NOT NULL,
    is_public boolean DEFAULT false,
    metadata jsonb DEFAULT '{}'::jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT file_uploads_file_name_check CHECK ((char_length(file_name) >= 1)),
    CONSTRAINT file_uploads_file_size_check CHECK (((file_size IS NULL) OR (file_size >= 0)))
);

ALTER TABLE ONLY public.file_uploads FORCE ROW LEVEL SECURITY;

CREATE TABLE public.fragment_executions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    fragment_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sandbox_id text,
    template text NOT NULL,
    status text DEFAULT 'pending'::text,
    execution_url text,
    stdout text,
    stderr text,
    runtime_error text,
    cell_results jsonb,
    execution_time_ms integer,
    started_at timestamp with time zone DEFAULT now(),
    completed_at timestamp with time zone,
    metadata jsonb DEFAULT '{}'::jsonb,
    CONSTRAINT fragment_executions_execution_time_ms_check CHECK (((execution_time_ms IS NULL) OR (execution_time_ms >= 0))),
    CONSTRAINT fragment_executions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'timeout'::text])))
);

ALTER TABLE ONLY public.fragment_executions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.fragments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    title text NOT NULL,
    description text,
    template text NOT NULL,
    code text NOT NULL,
    file_path text NOT NULL,
    additional_dependencies text[],
    has_additional_dependencies boolean DEFAULT false,
    install_dependencies_command text,
    port integer,
    is_public boolean DEFAULT false,
    metadata jsonb DEFAULT '{}'::jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT fragments_port_check CHECK (((port IS NULL) OR ((port > 0) AND (port <= 65535)))),
    CONSTRAINT fragments_title_check CHECK ((char_length(title) >= 1))
);

ALTER TABLE ONLY public.fragments FORCE ROW LEVEL SECURITY;

CREATE TABLE public.idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    reply text,
    location text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '1 day'::interval) NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
    CONSTRAINT idempotency_keys_status_check CHECK (((status >= 200) AND (status <= 299)))
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    project_id uuid NOT NULL,
    role public.message_role_enum NOT NULL,
    content jsonb NOT NULL,
    object_data jsonb,
    result_data jsonb,
    sequence_number integer NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    CONSTRAINT messages_sequence_number_check CHECK ((sequence_number >= 0))
);

ALTER TABLE ONLY public.messages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.profiles (
    id bigint NOT NULL,
    user_id uuid,
    first_name text,
    last_name text
);

ALTER TABLE ONLY public.profiles FORCE ROW LEVEL SECURITY;

ALTER TABLE public.profiles ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.profiles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    team_id uuid,
    title text NOT NULL,
    description text,
    template_id text,
    status public.project_status_enum DEFAULT 'active'::public.project_status_enum,
    is_public boolean DEFAULT false,
    metadata jsonb DEFAULT '{}'::jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    deleted_at timestamp with time zone,
    CONSTRAINT projects_title_check CHECK ((char_length(title) >= 1))
);

ALTER TABLE ONLY public.projects FORCE ROW LEVEL SECURITY;

CREATE TABLE public.subscription_events (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id uuid NOT NULL,
    stripe_event_id text,
    event_type text NOT NULL,
    event_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    processed_at timestamp with time zone DEFAULT now(),
    created_at timestamp with time zone DEFAULT now(),
    CONSTRAINT subscription_events_event_type_check CHECK ((char_length(event_type) >= 1))
);

ALTER TABLE ONLY public.subscription_events FORCE ROW LEVEL SECURITY;

CREATE TABLE public.tasks (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    status public.task_status_enum DEFAULT 'pending'::public.task_status_enum NOT NULL,
    progress integer DEFAULT 0 NOT NULL,
    prompt text NOT NULL,
    repo_url text,
    selected_agent text DEFAULT 'claude'::text,
    selected_model text,
    sandbox_url text,
    branch_name text,
    logs jsonb DEFAULT '[]'::jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    cancelled_at timestamp with time zone,
    search_vector tsvector GENERATED ALWAYS AS (codingit.english_words(((prompt || ' '::text) || "left"(COALESCE((logs)::text, ''::text), 20000)))) STORED,
    CONSTRAINT tasks_progress_check CHECK (((progress >= 0) AND (progress <= 100))),
    CONSTRAINT tasks_prompt_check CHECK ((char_length(prompt) >= 1))
);

ALTER TABLE ONLY public.tasks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tasks ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tasks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.team_members (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT team_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text])))
);

ALTER TABLE ONLY public.team_members FORCE ROW LEVEL SECURITY;

CREATE TABLE public.team_usage_limits (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id uuid NOT NULL,
    usage_type text NOT NULL,
    limit_value integer DEFAULT 0 NOT NULL,
    current_usage integer DEFAULT 0 NOT NULL,
    period_start timestamp with time zone DEFAULT now(),
    period_end timestamp with time zone DEFAULT (now() + '1 mon'::interval),
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT team_usage_limits_current_usage_check CHECK ((current_usage >= 0)),
    CONSTRAINT team_usage_limits_limit_value_check CHECK ((limit_value >= 0)),
    CONSTRAINT team_usage_limits_usage_type_check CHECK ((usage_type = ANY (ARRAY['github_imports'::text, 'storage_mb'::text, 'execution_time_seconds'::text, 'api_calls'::text])))
);

ALTER TABLE ONLY public.team_usage_limits FORCE ROW LEVEL SECURITY;

CREATE TABLE public.teams (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    tier text DEFAULT 'free'::text,
    email text,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    stripe_customer_id text,
    stripe_subscription_id text,
    subscription_status public.subscription_status_enum DEFAULT 'active'::public.subscription_status_enum,
    current_period_start timestamp with time zone,
    current_period_end timestamp with time zone,
    cancel_at_period_end boolean DEFAULT false,
    CONSTRAINT teams_name_check CHECK ((char_length(name) >= 1)),
    CONSTRAINT teams_tier_check CHECK ((tier = ANY (ARRAY['free'::text, 'pro'::text, 'enterprise'::text])))
);

ALTER TABLE ONLY public.teams FORCE ROW LEVEL SECURITY;

CREATE TABLE public.thread_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    thread_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    is_deleted boolean DEFAULT false,
    CONSTRAINT thread_messages_content_check CHECK ((char_length(content) >= 1))
);

ALTER TABLE ONLY public.thread_messages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.thread_summaries (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    thread_id uuid NOT NULL,
    summary text NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    message_count integer NOT NULL,
    last_message_id uuid,
    CONSTRAINT thread_summaries_message_count_check CHECK ((message_count >= 0))
);

ALTER TABLE ONLY public.thread_summaries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_chat_analytics (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    total_sessions integer DEFAULT 0,
    total_messages integer DEFAULT 0,
    total_tokens integer DEFAULT 0,
    total_cost numeric DEFAULT 0,
    model_usage jsonb DEFAULT '{}'::jsonb,
    template_usage jsonb DEFAULT '{}'::jsonb,
    last_activity timestamp with time zone,
    most_active_hour integer,
    most_active_day integer,
    favorite_models text[],
    favorite_templates text[],
    s3_objects_count integer DEFAULT 0,
    estimated_storage_size_bytes bigint DEFAULT 0,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT user_chat_analytics_most_active_day_check CHECK (((most_active_day IS NULL) OR ((most_active_day >= 0) AND (most_active_day <= 6)))),
    CONSTRAINT user_chat_analytics_most_active_hour_check CHECK (((most_active_hour IS NULL) OR ((most_active_hour >= 0) AND (most_active_hour <= 23)))),
    CONSTRAINT user_chat_analytics_total_cost_check CHECK ((total_cost >= (0)::numeric)),
    CONSTRAINT user_chat_analytics_total_messages_check CHECK ((total_messages >= 0)),
    CONSTRAINT user_chat_analytics_total_sessions_check CHECK ((total_sessions >= 0)),
    CONSTRAINT user_chat_analytics_total_tokens_check CHECK ((total_tokens >= 0))
);

ALTER TABLE ONLY public.user_chat_analytics FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_integrations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    service_name text NOT NULL,
    is_connected boolean DEFAULT false,
    connection_data jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT user_integrations_service_name_check CHECK ((service_name = ANY (ARRAY['github'::text, 'google_drive'::text, 'gmail'::text, 'google_calendar'::text, 'artifacts'::text])))
);

ALTER TABLE ONLY public.user_integrations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_preferences (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    ai_assistance boolean DEFAULT true,
    smart_suggestions boolean DEFAULT false,
    theme text DEFAULT 'system'::text,
    font_family text DEFAULT 'inter'::text,
    email_notifications boolean DEFAULT true,
    marketing_emails boolean DEFAULT false,
    security_alerts boolean DEFAULT true,
    analytics_enabled boolean DEFAULT true,
    data_sharing_enabled boolean DEFAULT false,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT user_preferences_font_family_check CHECK ((font_family = ANY (ARRAY['inter'::text, 'jetbrains-mono'::text, 'cal-sans'::text]))),
    CONSTRAINT user_preferences_theme_check CHECK ((theme = ANY (ARRAY['light'::text, 'dark'::text, 'system'::text])))
);

ALTER TABLE ONLY public.user_preferences FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_profiles (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    full_name text,
    display_name text,
    first_name text,
    last_name text,
    work_description text,
    avatar_url text,
    onboarding_completed boolean DEFAULT false,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now()
);

ALTER TABLE ONLY public.user_profiles FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_security_settings (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    two_factor_enabled boolean DEFAULT false,
    backup_codes text[],
    last_password_change timestamp with time zone,
    login_notifications boolean DEFAULT true,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now()
);

ALTER TABLE ONLY public.user_security_settings FORCE ROW LEVEL SECURITY;

CREATE TABLE public.user_usage (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    team_id uuid,
    usage_type text NOT NULL,
    usage_date date DEFAULT CURRENT_DATE,
    usage_count integer DEFAULT 1,
    metadata jsonb DEFAULT '{}'::jsonb,
    created_at timestamp with time zone DEFAULT now(),
    CONSTRAINT user_usage_usage_count_check CHECK ((usage_count >= 0)),
    CONSTRAINT user_usage_usage_type_check CHECK ((usage_type = ANY (ARRAY['fragment_execution'::text, 'api_call'::text, 'storage_used'::text, 'project_created'::text, 'github_import'::text])))
);

ALTER TABLE ONLY public.user_usage FORCE ROW LEVEL SECURITY;

CREATE TABLE public.users_teams (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    team_id uuid NOT NULL,
    is_default boolean DEFAULT false,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now()
);

ALTER TABLE ONLY public.users_teams FORCE ROW LEVEL SECURITY;

CREATE TABLE public.workflow_executions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workflow_id uuid NOT NULL,
    status text NOT NULL,
    input_data jsonb DEFAULT '{}'::jsonb,
    output_data jsonb,
    execution_log jsonb[] DEFAULT '{}'::jsonb[],
    started_at timestamp with time zone DEFAULT now(),
    completed_at timestamp with time zone,
    error text,
    created_by uuid NOT NULL,
    CONSTRAINT workflow_executions_status_check CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.workflow_executions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.workflow_templates (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    description text,
    category text NOT NULL,
    schema jsonb NOT NULL,
    is_public boolean DEFAULT false,
    created_by uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    usage_count integer DEFAULT 0,
    rating numeric DEFAULT 0.0,
    CONSTRAINT workflow_templates_category_check CHECK ((char_length(category) >= 1)),
    CONSTRAINT workflow_templates_name_check CHECK ((char_length(name) >= 1)),
    CONSTRAINT workflow_templates_rating_check CHECK (((rating >= 0.0) AND (rating <= 5.0))),
    CONSTRAINT workflow_templates_usage_count_check CHECK ((usage_count >= 0))
);

ALTER TABLE ONLY public.workflow_templates FORCE ROW LEVEL SECURITY;

CREATE TABLE public.workflows (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    schema jsonb NOT NULL,
    is_active boolean DEFAULT true,
    version integer DEFAULT 1,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    CONSTRAINT workflows_name_check CHECK ((char_length(name) >= 1)),
    CONSTRAINT workflows_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.workflows FORCE ROW LEVEL SECURITY;

CREATE TABLE public.workspace_files (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid,
    path text NOT NULL,
    name text NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    is_directory boolean DEFAULT false,
    parent_path text,
    mime_type text,
    size_bytes bigint DEFAULT 0,
    metadata jsonb DEFAULT '{}'::jsonb,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    content_hash bytea GENERATED ALWAYS AS (codingit.content_hash(content)) STORED NOT NULL,
    CONSTRAINT workspace_files_name_check CHECK ((char_length(name) >= 1)),
    CONSTRAINT workspace_files_path_check CHECK ((char_length(path) >= 1)),
    CONSTRAINT workspace_files_size_bytes_check CHECK ((size_bytes >= 0))
);

ALTER TABLE ONLY public.workspace_files FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.code_embeddings ALTER COLUMN id SET DEFAULT nextval('public.code_embeddings_id_seq'::regclass);

ALTER TABLE ONLY auth.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY auth.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY codingit.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.billing_info
    ADD CONSTRAINT billing_info_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.billing_info
    ADD CONSTRAINT billing_info_team_id_key UNIQUE (team_id);

ALTER TABLE ONLY public.chat_ann_indexes
    ADD CONSTRAINT chat_ann_indexes_model_id_user_id_key UNIQUE (model_id, user_id);

ALTER TABLE ONLY public.chat_ann_indexes
    ADD CONSTRAINT chat_ann_indexes_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.chat_embeddings
    ADD CONSTRAINT chat_embeddings_pkey PRIMARY KEY (message_id, model_id, part);

ALTER TABLE ONLY public.chat_export_requests
    ADD CONSTRAINT chat_export_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chat_index_state
    ADD CONSTRAINT chat_index_state_pkey PRIMARY KEY (message_id, model_id);

ALTER TABLE ONLY public.chat_message_cache
    ADD CONSTRAINT chat_message_cache_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chat_session_tags
    ADD CONSTRAINT chat_session_tags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chat_session_tags
    ADD CONSTRAINT chat_session_tags_session_id_tag_key UNIQUE (session_id, tag);

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.code_ann_indexes
    ADD CONSTRAINT code_ann_indexes_model_id_user_id_key UNIQUE NULLS NOT DISTINCT (model_id, user_id);

ALTER TABLE ONLY public.code_ann_indexes
    ADD CONSTRAINT code_ann_indexes_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.code_embeddings
    ADD CONSTRAINT code_embeddings_chunk UNIQUE (file_id, model_id, ordinal) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.code_embeddings
    ADD CONSTRAINT code_embeddings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.code_index_state
    ADD CONSTRAINT code_index_state_pkey PRIMARY KEY (file_id, model_id);

ALTER TABLE ONLY public.code_term_deltas
    ADD CONSTRAINT code_term_deltas_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.code_terms
    ADD CONSTRAINT code_terms_user_id_model_id_project_id_term_key UNIQUE NULLS NOT DISTINCT (user_id, model_id, project_id, term);

ALTER TABLE ONLY public.conversation_threads
    ADD CONSTRAINT conversation_threads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.embedding_models
    ADD CONSTRAINT embedding_models_name_revision_dimensions_chunker_version_key UNIQUE (name, revision, dimensions, chunker_version);

ALTER TABLE ONLY public.embedding_models
    ADD CONSTRAINT embedding_models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.file_uploads
    ADD CONSTRAINT file_uploads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fragment_executions
    ADD CONSTRAINT fragment_executions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fragments
    ADD CONSTRAINT fragments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_project_id_sequence_number_key UNIQUE (project_id, sequence_number);

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.subscription_events
    ADD CONSTRAINT subscription_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.subscription_events
    ADD CONSTRAINT subscription_events_stripe_event_id_key UNIQUE (stripe_event_id);

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_team_id_user_id_key UNIQUE (team_id, user_id);

ALTER TABLE ONLY public.team_usage_limits
    ADD CONSTRAINT team_usage_limits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.team_usage_limits
    ADD CONSTRAINT team_usage_limits_team_id_usage_type_key UNIQUE (team_id, usage_type);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_stripe_customer_id_key UNIQUE (stripe_customer_id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_stripe_subscription_id_key UNIQUE (stripe_subscription_id);

ALTER TABLE ONLY public.thread_messages
    ADD CONSTRAINT thread_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.thread_summaries
    ADD CONSTRAINT thread_summaries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_chat_analytics
    ADD CONSTRAINT user_chat_analytics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_chat_analytics
    ADD CONSTRAINT user_chat_analytics_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.user_integrations
    ADD CONSTRAINT user_integrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_integrations
    ADD CONSTRAINT user_integrations_user_id_service_name_key UNIQUE (user_id, service_name);

ALTER TABLE ONLY public.user_preferences
    ADD CONSTRAINT user_preferences_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_preferences
    ADD CONSTRAINT user_preferences_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.user_security_settings
    ADD CONSTRAINT user_security_settings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_security_settings
    ADD CONSTRAINT user_security_settings_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.user_usage
    ADD CONSTRAINT user_usage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users_teams
    ADD CONSTRAINT users_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users_teams
    ADD CONSTRAINT users_teams_user_id_team_id_key UNIQUE (user_id, team_id);

ALTER TABLE ONLY public.workflow_executions
    ADD CONSTRAINT workflow_executions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_templates
    ADD CONSTRAINT workflow_templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflows
    ADD CONSTRAINT workflows_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspace_files
    ADD CONSTRAINT workspace_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspace_files
    ADD CONSTRAINT workspace_files_user_id_path_key UNIQUE (user_id, path);

CREATE INDEX chat_embeddings_model ON public.chat_embeddings USING btree (model_id);

CREATE INDEX chat_embeddings_scope ON public.chat_embeddings USING btree (user_id, model_id);

CREATE INDEX chat_index_state_model ON public.chat_index_state USING btree (model_id);

CREATE INDEX chat_index_state_scope_stale ON public.chat_index_state USING btree (user_id, model_id) WHERE (indexed_hash IS DISTINCT FROM wanted_hash);

CREATE INDEX chat_index_state_stale ON public.chat_index_state USING btree (model_id, retry_at, changed_at) WHERE (indexed_hash IS DISTINCT FROM wanted_hash);

CREATE INDEX chat_terms_fuzzy ON public.chat_terms USING gin (user_id, term public.gin_trgm_ops);

CREATE INDEX chat_terms_known ON public.chat_terms USING btree (user_id, term);

CREATE INDEX code_embeddings_reuse ON public.code_embeddings USING btree (user_id, model_id, text_hash);

CREATE INDEX code_embeddings_scope ON public.code_embeddings USING btree (user_id, model_id, project_id);

CREATE INDEX code_index_state_model ON public.code_index_state USING btree (model_id, file_id);

CREATE INDEX code_index_state_scope ON public.code_index_state USING btree (user_id, model_id, project_id);

CREATE INDEX code_index_state_scope_stale ON public.code_index_state USING btree (user_id, model_id, project_id) WHERE (indexed_hash IS DISTINCT FROM wanted_hash);

CREATE INDEX code_index_state_stale ON public.code_index_state USING btree (model_id, retry_at, changed_at) WHERE (indexed_hash IS DISTINCT FROM wanted_hash);

CREATE INDEX code_term_deltas_scope ON public.code_term_deltas USING btree (user_id, model_id, term);

CREATE INDEX code_terms_cut ON public.code_terms USING btree (user_id, model_id) WHERE (char_length(term) = 64);

CREATE INDEX code_terms_emptied ON public.code_terms USING btree (df) WHERE (df <= 0);

CREATE INDEX code_terms_fuzzy ON public.code_terms USING gin (user_id, term public.gin_trgm_ops);

CREATE INDEX code_terms_scopes ON public.code_terms USING btree (user_id, model_id) WHERE (term = ''::text);

CREATE INDEX code_terms_term ON public.code_terms USING btree (user_id, model_id, term);

CREATE UNIQUE INDEX embedding_models_one_active ON public.embedding_models USING btree (active) WHERE active;

CREATE INDEX idx_api_keys_active ON public.api_keys USING btree (is_active) WHERE (is_active = true);

CREATE INDEX idx_api_keys_hash ON public.api_keys USING btree (key_hash);

CREATE INDEX idx_api_keys_made_by ON public.api_keys USING btree (made_by);

CREATE INDEX idx_api_keys_user_id ON public.api_keys USING btree (user_id);

CREATE INDEX idx_chat_export_requests_user_id ON public.chat_export_requests USING btree (user_id);

CREATE INDEX idx_chat_message_cache_content_trgm ON public.chat_message_cache USING gin (user_id, content public.gin_trgm_ops);

CREATE INDEX idx_chat_message_cache_content_vector ON public.chat_message_cache USING gin (content_vector);

CREATE INDEX idx_chat_message_cache_created_at ON public.chat_message_cache USING btree (created_at DESC);

CREATE INDEX idx_chat_message_cache_model ON public.chat_message_cache USING btree (model);

CREATE INDEX idx_chat_message_cache_session_id ON public.chat_message_cache USING btree (session_id);

CREATE INDEX idx_chat_message_cache_session_order ON public.chat_message_cache USING btree (session_id, created_at, id);

CREATE INDEX idx_chat_message_cache_user_content_vector ON public.chat_message_cache USING gin (user_id, content_vector);

CREATE INDEX idx_chat_message_cache_user_id ON public.chat_message_cache USING btree (user_id, created_at DESC);

CREATE INDEX idx_chat_sessions_last_activity ON public.chat_sessions USING btree (last_activity DESC);

CREATE INDEX idx_chat_sessions_session_id ON public.chat_sessions USING btree (session_id);

CREATE INDEX idx_chat_sessions_status ON public.chat_sessions USING btree (status);

CREATE INDEX idx_chat_sessions_team_id ON public.chat_sessions USING btree (team_id);

CREATE INDEX idx_chat_sessions_user_id ON public.chat_sessions USING btree (user_id);

CREATE INDEX idx_code_embeddings_user_id ON public.code_embeddings USING btree (user_id);

CREATE INDEX idx_conversation_threads_created_by ON public.conversation_threads USING btree (created_by);

CREATE INDEX idx_file_uploads_created_at ON public.file_uploads USING btree (created_at DESC);

CREATE INDEX idx_file_uploads_project_id ON public.file_uploads USING btree (project_id);

CREATE INDEX idx_file_uploads_user_id ON public.file_uploads USING btree (user_id);

CREATE INDEX idx_fragment_executions_fragment_id ON public.fragment_executions USING btree (fragment_id);

CREATE INDEX idx_fragment_executions_user_id ON public.fragment_executions USING btree (user_id);

CREATE INDEX idx_fragments_project_id ON public.fragments USING btree (project_id);

CREATE INDEX idx_fragments_public ON public.fragments USING btree (is_public) WHERE (is_public = true);

CREATE INDEX idx_fragments_template ON public.fragments USING btree (template);

CREATE INDEX idx_fragments_user_id ON public.fragments USING btree (user_id);

CREATE INDEX idx_idempotency_keys_expires_at ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX idx_messages_created_at ON public.messages USING btree (created_at DESC);

CREATE INDEX idx_messages_project_id ON public.messages USING btree (project_id);

CREATE INDEX idx_messages_sequence ON public.messages USING btree (project_id, sequence_number);

CREATE INDEX idx_profiles_user_id ON public.profiles USING btree (user_id);

CREATE INDEX idx_projects_created_at ON public.projects USING btree (created_at DESC);

CREATE INDEX idx_projects_public ON public.projects USING btree (updated_at DESC) WHERE (is_public = true);

CREATE INDEX idx_projects_status ON public.projects USING btree (status);

CREATE INDEX idx_projects_team_id ON public.projects USING btree (team_id);

CREATE INDEX idx_projects_updated_at ON public.projects USING btree (updated_at DESC);

CREATE INDEX idx_projects_user_id ON public.projects USING btree (user_id);

CREATE INDEX idx_subscription_events_team_id ON public.subscription_events USING btree (team_id);

CREATE INDEX idx_tasks_created_at ON public.tasks USING btree (created_at DESC);

CREATE INDEX idx_tasks_status ON public.tasks USING btree (status);

CREATE INDEX idx_tasks_user_id ON public.tasks USING btree (user_id);

CREATE INDEX idx_team_members_team_id ON public.team_members USING btree (team_id);

CREATE INDEX idx_team_members_user_id ON public.team_members USING btree (user_id);

CREATE INDEX idx_team_usage_limits_team_id ON public.team_usage_limits USING btree (team_id);

CREATE INDEX idx_teams_created_at ON public.teams USING btree (created_at);

CREATE INDEX idx_teams_stripe_customer_id ON public.teams USING btree (stripe_customer_id);

CREATE INDEX idx_thread_messages_sender_id ON public.thread_messages USING btree (sender_id);

CREATE INDEX idx_thread_messages_thread_id ON public.thread_messages USING btree (thread_id);

CREATE INDEX idx_thread_summaries_last_message_id ON public.thread_summaries USING btree (last_message_id);

CREATE INDEX idx_thread_summaries_thread_id ON public.thread_summaries USING btree (thread_id);

CREATE INDEX idx_user_preferences_user_id ON public.user_preferences USING btree (user_id);

CREATE INDEX idx_user_profiles_user_id ON public.user_profiles USING btree (user_id);

CREATE INDEX idx_user_usage_date ON public.user_usage USING btree (usage_date DESC);

CREATE INDEX idx_user_usage_team_id ON public.user_usage USING btree (team_id);

CREATE INDEX idx_user_usage_type ON public.user_usage USING btree (usage_type);

CREATE INDEX idx_user_usage_user_id ON public.user_usage USING btree (user_id);

CREATE INDEX idx_users_teams_team_id ON public.users_teams USING btree (team_id);

CREATE INDEX idx_workflow_executions_created_by ON public.workflow_executions USING btree (created_by);

CREATE INDEX idx_workflow_executions_workflow_id ON public.workflow_executions USING btree (workflow_id);

CREATE INDEX idx_workflow_templates_created_by ON public.workflow_templates USING btree (created_by);

CREATE INDEX idx_workflow_templates_public ON public.workflow_templates USING btree (category) WHERE (is_public = true);

CREATE INDEX idx_workflows_team_id ON public.workflows USING btree (team_id);

CREATE INDEX idx_workspace_files_created_at ON public.workspace_files USING btree (created_at DESC);

CREATE INDEX idx_workspace_files_parent_path ON public.workspace_files USING btree (user_id, parent_path);

CREATE INDEX idx_workspace_files_path ON public.workspace_files USING btree (user_id, path);

CREATE INDEX idx_workspace_files_project_id ON public.workspace_files USING btree (project_id);

CREATE INDEX idx_workspace_files_user_id ON public.workspace_files USING btree (user_id);

CREATE STATISTICS public.code_embeddings_scope_statistics (ndistinct, dependencies) ON user_id, project_id FROM public.code_embeddings;

CREATE TRIGGER count_deleted_terms AFTER DELETE ON public.code_embeddings REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.count_terms();

CREATE TRIGGER count_inserted_terms AFTER INSERT ON public.code_embeddings REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.count_terms();

CREATE TRIGGER count_updated_terms AFTER UPDATE ON public.code_embeddings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.count_terms();

CREATE TRIGGER forget_deleted_chat_terms AFTER DELETE ON public.chat_message_cache REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.forget_chat_terms();

CREATE TRIGGER forget_project_terms BEFORE DELETE ON public.projects FOR EACH ROW EXECUTE FUNCTION codingit.forget_project_terms();

CREATE TRIGGER forget_updated_chat_terms AFTER UPDATE ON public.chat_message_cache REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.forget_chat_terms();

CREATE TRIGGER hand_over_messages AFTER UPDATE OF user_id ON public.chat_sessions FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.hand_over_messages();

CREATE TRIGGER keep_container BEFORE UPDATE ON public.chat_sessions FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_container('user_id');

CREATE TRIGGER keep_container BEFORE UPDATE ON public.file_uploads FOR EACH ROW WHEN ((old.project_id IS DISTINCT FROM new.project_id)) EXECUTE FUNCTION codingit.keep_container('user_id');

CREATE TRIGGER keep_container BEFORE UPDATE ON public.fragments FOR EACH ROW WHEN ((old.project_id IS DISTINCT FROM new.project_id)) EXECUTE FUNCTION codingit.keep_container('user_id');

CREATE TRIGGER keep_container BEFORE UPDATE ON public.projects FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_container('user_id');

CREATE TRIGGER keep_container BEFORE UPDATE ON public.workflow_executions FOR EACH ROW WHEN ((old.workflow_id IS DISTINCT FROM new.workflow_id)) EXECUTE FUNCTION codingit.keep_container('created_by');

CREATE TRIGGER keep_created_by BEFORE UPDATE ON public.conversation_threads FOR EACH ROW WHEN ((old.created_by IS DISTINCT FROM new.created_by)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_created_by BEFORE UPDATE ON public.workflow_executions FOR EACH ROW WHEN ((old.created_by IS DISTINCT FROM new.created_by)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_created_by BEFORE UPDATE ON public.workflow_templates FOR EACH ROW WHEN ((old.created_by IS DISTINCT FROM new.created_by)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_last_owner_demoted BEFORE UPDATE ON public.team_members FOR EACH ROW WHEN (((old.role = 'owner'::text) AND (new.role <> 'owner'::text))) EXECUTE FUNCTION codingit.keep_last_owner();

CREATE TRIGGER keep_last_owner_leaving BEFORE DELETE ON public.team_members FOR EACH ROW WHEN ((old.role = 'owner'::text)) EXECUTE FUNCTION codingit.keep_last_owner();

CREATE TRIGGER keep_sender_id BEFORE UPDATE ON public.thread_messages FOR EACH ROW WHEN ((old.sender_id IS DISTINCT FROM new.sender_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_team_id BEFORE UPDATE ON public.billing_info FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_team_id BEFORE UPDATE ON public.team_members FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_team_id BEFORE UPDATE ON public.users_teams FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_team_id BEFORE UPDATE ON public.workflows FOR EACH ROW WHEN ((old.team_id IS DISTINCT FROM new.team_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_thread_id BEFORE UPDATE ON public.thread_messages FOR EACH ROW WHEN ((old.thread_id IS DISTINCT FROM new.thread_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_thread_id BEFORE UPDATE ON public.thread_summaries FOR EACH ROW WHEN ((old.thread_id IS DISTINCT FROM new.thread_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.api_keys FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.chat_export_requests FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.chat_sessions FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.code_embeddings FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.file_uploads FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.fragment_executions FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.fragments FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.profiles FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.projects FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.tasks FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.team_members FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.user_integrations FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.user_preferences FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.user_profiles FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.user_security_settings FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.users_teams FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER keep_user_id BEFORE UPDATE ON public.workspace_files FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION codingit.keep_owner();

CREATE TRIGGER limit_expiry BEFORE UPDATE OF expires_at ON public.api_keys FOR EACH ROW WHEN ((old.expires_at IS DISTINCT FROM new.expires_at)) EXECUTE FUNCTION codingit.limit_expiry();

CREATE TRIGGER mark_inserted_files_stale AFTER INSERT ON public.workspace_files REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.mark_files_stale();

CREATE TRIGGER mark_inserted_messages_stale AFTER INSERT ON public.chat_message_cache REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.mark_messages_stale();

CREATE TRIGGER mark_session_stale AFTER UPDATE OF title ON public.chat_sessions FOR EACH ROW WHEN ((old.title IS DISTINCT FROM new.title)) EXECUTE FUNCTION codingit.mark_session_stale();

CREATE TRIGGER mark_updated_files_stale AFTER UPDATE ON public.workspace_files REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.mark_files_stale();

CREATE TRIGGER mark_updated_messages_stale AFTER UPDATE ON public.chat_message_cache REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.mark_messages_stale();

CREATE TRIGGER own_created_team AFTER INSERT ON public.teams FOR EACH ROW EXECUTE FUNCTION codingit.own_created_team();

CREATE TRIGGER remember_inserted_chat_terms AFTER INSERT ON public.chat_message_cache REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.remember_chat_terms();

CREATE TRIGGER remember_updated_chat_terms AFTER UPDATE ON public.chat_message_cache REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION codingit.remember_chat_terms();

CREATE TRIGGER revoke_made_keys AFTER UPDATE OF is_active ON public.api_keys FOR EACH ROW WHEN ((old.is_active AND (new.is_active IS NOT TRUE))) EXECUTE FUNCTION codingit.revoke_made_keys();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.api_keys FOR EACH ROW WHEN ((NOT (old.last_used_at IS DISTINCT FROM new.last_used_at))) EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.billing_info FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.chat_sessions FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.conversation_threads FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.file_uploads FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.fragments FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.projects FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tasks FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.team_members FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.team_usage_limits FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.thread_messages FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.thread_summaries FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_chat_analytics FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_integrations FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_preferences FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_security_settings FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.users_teams FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.workflow_templates FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.workflows FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.workspace_files FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER shorten_made_keys AFTER UPDATE OF expires_at ON public.api_keys FOR EACH ROW WHEN ((old.expires_at IS DISTINCT FROM new.expires_at)) EXECUTE FUNCTION codingit.shorten_made_keys();

CREATE TRIGGER take_user_of_session BEFORE INSERT OR UPDATE OF session_id, user_id ON public.chat_message_cache FOR EACH ROW EXECUTE FUNCTION codingit.take_user_of_session();

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.api_keys(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.billing_info
    ADD CONSTRAINT billing_info_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_ann_indexes
    ADD CONSTRAINT chat_ann_indexes_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.chat_embeddings
    ADD CONSTRAINT chat_embeddings_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.chat_message_cache(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_embeddings
    ADD CONSTRAINT chat_embeddings_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.chat_export_requests
    ADD CONSTRAINT chat_export_requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_index_state
    ADD CONSTRAINT chat_index_state_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.chat_message_cache(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_index_state
    ADD CONSTRAINT chat_index_state_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.chat_message_cache
    ADD CONSTRAINT chat_message_cache_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.chat_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_session_tags
    ADD CONSTRAINT chat_session_tags_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.chat_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.chat_sessions
    ADD CONSTRAINT chat_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chat_terms
    ADD CONSTRAINT chat_terms_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.code_ann_indexes
    ADD CONSTRAINT code_ann_indexes_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.code_embeddings
    ADD CONSTRAINT code_embeddings_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.workspace_files(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.code_embeddings
    ADD CONSTRAINT code_embeddings_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.code_embeddings
    ADD CONSTRAINT code_embeddings_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.code_index_state
    ADD CONSTRAINT code_index_state_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.workspace_files(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.code_index_state
    ADD CONSTRAINT code_index_state_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.embedding_models(id);

ALTER TABLE ONLY public.code_terms
    ADD CONSTRAINT code_terms_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.conversation_threads
    ADD CONSTRAINT conversation_threads_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.file_uploads
    ADD CONSTRAINT file_uploads_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.file_uploads
    ADD CONSTRAINT file_uploads_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.fragment_executions
    ADD CONSTRAINT fragment_executions_fragment_id_fkey FOREIGN KEY (fragment_id) REFERENCES public.fragments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.fragment_executions
    ADD CONSTRAINT fragment_executions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.fragments
    ADD CONSTRAINT fragments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.fragments
    ADD CONSTRAINT fragments_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscription_events
    ADD CONSTRAINT subscription_events_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_usage_limits
    ADD CONSTRAINT team_usage_limits_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.thread_messages
    ADD CONSTRAINT thread_messages_sender_id_fkey FOREIGN KEY (sender_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.thread_messages
    ADD CONSTRAINT thread_messages_thread_id_fkey FOREIGN KEY (thread_id) REFERENCES public.conversation_threads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.thread_summaries
    ADD CONSTRAINT thread_summaries_last_message_id_fkey FOREIGN KEY (last_message_id) REFERENCES public.thread_messages(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.thread_summaries
    ADD CONSTRAINT thread_summaries_thread_id_fkey FOREIGN KEY (thread_id) REFERENCES public.conversation_threads(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_chat_analytics
    ADD CONSTRAINT user_chat_analytics_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_integrations
    ADD CONSTRAINT user_integrations_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_preferences
    ADD CONSTRAINT user_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_security_settings
    ADD CONSTRAINT user_security_settings_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_usage
    ADD CONSTRAINT user_usage_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_usage
    ADD CONSTRAINT user_usage_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.users_teams
    ADD CONSTRAINT users_teams_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.users_teams
    ADD CONSTRAINT users_teams_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workflow_executions
    ADD CONSTRAINT workflow_executions_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workflow_executions
    ADD CONSTRAINT workflow_executions_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES public.workflows(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workflow_templates
    ADD CONSTRAINT workflow_templates_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workflows
    ADD CONSTRAINT workflows_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workspace_files
    ADD CONSTRAINT workspace_files_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.workspace_files
    ADD CONSTRAINT workspace_files_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE codingit.migrations ENABLE ROW LEVEL SECURITY;

CREATE POLICY "anybody reads public fragments" ON public.fragments FOR SELECT TO anon, authenticated USING ((is_public AND (NOT codingit_internal.project_is_deleted(project_id))));

CREATE POLICY "anybody reads public projects" ON public.projects FOR SELECT TO anon, authenticated USING ((is_public AND (status IS DISTINCT FROM 'deleted'::public.project_status_enum) AND (deleted_at IS NULL)));

CREATE POLICY "anybody reads public templates" ON public.workflow_templates FOR SELECT TO anon, authenticated USING (is_public);

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.billing_info ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_ann_indexes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_embeddings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_export_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_index_state ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_message_cache ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_session_tags ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.chat_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.code_ann_indexes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.code_embeddings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.code_index_state ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.code_term_deltas ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.code_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.conversation_threads ENABLE ROW LEVEL SECURITY;

CREATE POLICY "creators change the summaries of their threads" ON public.thread_summaries FOR UPDATE TO authenticated USING (codingit.owns_thread(thread_id)) WITH CHECK ((codingit.owns_thread(thread_id) AND ((last_message_id IS NULL) OR codingit_internal.thread_holds_message(thread_id, last_message_id))));

CREATE POLICY "creators read the messages of their threads" ON public.thread_messages FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.conversation_threads thread
  WHERE ((thread.id = thread_messages.thread_id) AND (thread.created_by = ( SELECT auth.uid() AS uid))))));

CREATE POLICY "creators read the summaries of their threads" ON public.thread_summaries FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.conversation_threads thread
  WHERE ((thread.id = thread_summaries.thread_id) AND (thread.created_by = ( SELECT auth.uid() AS uid))))));

CREATE POLICY "creators remove the summaries of their threads" ON public.thread_summaries FOR DELETE TO authenticated USING (codingit.owns_thread(thread_id));

CREATE POLICY "creators see the team that they are creating" ON public.teams FOR SELECT TO authenticated USING (((created_at = now()) AND (NOT codingit_internal.team_is_stored(id))));

CREATE POLICY "creators summarise their threads" ON public.thread_summaries FOR INSERT TO authenticated WITH CHECK ((codingit.owns_thread(thread_id) AND ((last_message_id IS NULL) OR codingit_internal.thread_holds_message(thread_id, last_message_id))));

CREATE POLICY "creators write to their threads" ON public.thread_messages FOR INSERT TO authenticated WITH CHECK (((sender_id = ( SELECT auth.uid() AS uid)) AND codingit.owns_thread(thread_id)));

ALTER TABLE public.embedding_models ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.file_uploads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.fragment_executions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.fragments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY "members leave" ON public.team_members FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "members read the executions of their team" ON public.workflow_executions FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.workflows workflow
  WHERE ((workflow.id = workflow_executions.workflow_id) AND (workflow.team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[]))))));

CREATE POLICY "members read the lists that name their team" ON public.users_teams FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

CREATE POLICY "members read the projects of their team" ON public.projects FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

CREATE POLICY "members read the sessions of their team" ON public.chat_sessions FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

CREATE POLICY "members read the workflows of their team" ON public.workflows FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

CREATE POLICY "members read their teams" ON public.teams FOR SELECT TO authenticated USING ((id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

CREATE POLICY "members run the workflows of their team" ON public.workflow_executions FOR INSERT TO authenticated WITH CHECK (((created_by = ( SELECT auth.uid() AS uid)) AND codingit.runs_workflow(workflow_id)));

CREATE POLICY "members see who is in their teams" ON public.team_members FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])));

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

CREATE POLICY "owners add anybody, admins all but owners" ON public.team_members FOR INSERT TO authenticated WITH CHECK (((team_id = ANY (( SELECT codingit.owned_teams() AS owned_teams)::uuid[])) OR ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])) AND (role <> 'owner'::text))));

CREATE POLICY "owners add embeddings" ON public.code_embeddings FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (file_id IS NULL)));

CREATE POLICY "owners add files, in a project if they write it" ON public.workspace_files FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((project_id IS NULL) OR codingit.writes_project(project_id))));

CREATE POLICY "owners add their chat messages" ON public.chat_message_cache FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their idempotency keys" ON public.idempotency_keys FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their integrations" ON public.user_integrations FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their names" ON public.profiles FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their preferences" ON public.user_preferences FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their profile" ON public.user_profiles FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their security settings" ON public.user_security_settings FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their tasks" ON public.tasks FOR INSERT TO authenticated WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their templates" ON public.workflow_templates FOR INSERT TO authenticated WITH CHECK ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners add their threads" ON public.conversation_threads FOR INSERT TO authenticated WITH CHECK ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners and admins add the billing of their team" ON public.billing_info FOR INSERT TO authenticated WITH CHECK ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins add workflows to their team" ON public.workflows FOR INSERT TO authenticated WITH CHECK ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins change the billing of their team" ON public.billing_info FOR UPDATE TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))) WITH CHECK ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins change their teams" ON public.teams FOR UPDATE TO authenticated USING ((id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))) WITH CHECK ((id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins change workflows of their team" ON public.workflows FOR UPDATE TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))) WITH CHECK ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins list their team for its members" ON public.users_teams FOR INSERT TO authenticated WITH CHECK (((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])) AND codingit_internal.team_has_member(team_id, user_id) AND (is_default IS NOT TRUE)));

CREATE POLICY "owners and admins read the billing of their team" ON public.billing_info FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins read the events of their team" ON public.subscription_events FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins read the limits of their team" ON public.team_usage_limits FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins read the usage of their team" ON public.user_usage FOR SELECT TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins remove the billing of their team" ON public.billing_info FOR DELETE TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and admins remove workflows of their team" ON public.workflows FOR DELETE TO authenticated USING ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])));

CREATE POLICY "owners and their team read the fragments of projects" ON public.fragments FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.projects project
  WHERE ((project.id = fragments.project_id) AND ((project.user_id = ( SELECT auth.uid() AS uid)) OR (project.team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))))));

CREATE POLICY "owners and their team read the messages of projects" ON public.messages FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.projects project
  WHERE ((project.id = messages.project_id) AND ((project.user_id = ( SELECT auth.uid() AS uid)) OR (project.team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))))));

CREATE POLICY "owners and their team read the uploads of projects" ON public.file_uploads FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.projects project
  WHERE ((project.id = file_uploads.project_id) AND ((project.user_id = ( SELECT auth.uid() AS uid)) OR (project.team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))))));

CREATE POLICY "owners change anybody, admins all but owners" ON public.team_members FOR UPDATE TO authenticated USING (((team_id = ANY (( SELECT codingit.owned_teams() AS owned_teams)::uuid[])) OR ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])) AND (role <> 'owner'::text)))) WITH CHECK (((team_id = ANY (( SELECT codingit.owned_teams() AS owned_teams)::uuid[])) OR ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])) AND (role <> 'owner'::text))));

CREATE POLICY "owners change embeddings that they added" ON public.code_embeddings FOR UPDATE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) AND (file_id IS NULL))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (file_id IS NULL)));

CREATE POLICY "owners change the tags of their sessions" ON public.chat_session_tags FOR UPDATE TO authenticated USING (codingit.owns_session(session_id)) WITH CHECK (codingit.owns_session(session_id));

CREATE POLICY "owners change their chat messages" ON public.chat_message_cache FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their files" ON public.workspace_files FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((project_id IS NULL) OR codingit.writes_project(project_id))));

CREATE POLICY "owners change their idempotency keys" ON public.idempotency_keys FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their integrations" ON public.user_integrations FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their keys" ON public.api_keys FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their names" ON public.profiles FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their preferences" ON public.user_preferences FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their profile" ON public.user_profiles FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their security settings" ON public.user_security_settings FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their tasks" ON public.tasks FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their templates" ON public.workflow_templates FOR UPDATE TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid))) WITH CHECK ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners change their threads" ON public.conversation_threads FOR UPDATE TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid))) WITH CHECK ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read the index state of their files" ON public.code_index_state FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read the index state of their messages" ON public.chat_index_state FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read the tags of their sessions" ON public.chat_session_tags FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.chat_sessions session
  WHERE ((session.id = chat_session_tags.session_id) AND (session.user_id = ( SELECT auth.uid() AS uid))))));

CREATE POLICY "owners read the terms of their code" ON public.code_terms FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read the vectors of their messages" ON public.chat_embeddings FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their chat messages" ON public.chat_message_cache FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their embeddings" ON public.code_embeddings FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their files" ON public.workspace_files FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their fragments" ON public.fragments FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their idempotency keys" ON public.idempotency_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their integrations" ON public.user_integrations FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their keys" ON public.api_keys FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their names" ON public.profiles FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their preferences" ON public.user_preferences FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their profile" ON public.user_profiles FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their projects" ON public.projects FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their security settings" ON public.user_security_settings FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their sessions" ON public.chat_sessions FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their tasks" ON public.tasks FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their templates" ON public.workflow_templates FOR SELECT TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their threads" ON public.conversation_threads FOR SELECT TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners read their uploads" ON public.file_uploads FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove anybody, admins all but owners" ON public.team_members FOR DELETE TO authenticated USING (((team_id = ANY (( SELECT codingit.owned_teams() AS owned_teams)::uuid[])) OR ((team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])) AND (role <> 'owner'::text))));

CREATE POLICY "owners remove embeddings that they added" ON public.code_embeddings FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) AND (file_id IS NULL)));

CREATE POLICY "owners remove the tags of their sessions" ON public.chat_session_tags FOR DELETE TO authenticated USING (codingit.owns_session(session_id));

CREATE POLICY "owners remove their chat messages" ON public.chat_message_cache FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their files" ON public.workspace_files FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their idempotency keys" ON public.idempotency_keys FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their integrations" ON public.user_integrations FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their keys" ON public.api_keys FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their names" ON public.profiles FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their preferences" ON public.user_preferences FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their profile" ON public.user_profiles FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their security settings" ON public.user_security_settings FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their tasks" ON public.tasks FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their teams" ON public.teams FOR DELETE TO authenticated USING ((id = ANY (( SELECT codingit.owned_teams() AS owned_teams)::uuid[])));

CREATE POLICY "owners remove their templates" ON public.workflow_templates FOR DELETE TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners remove their threads" ON public.conversation_threads FOR DELETE TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "owners tag their sessions" ON public.chat_session_tags FOR INSERT TO authenticated WITH CHECK (codingit.owns_session(session_id));

CREATE POLICY "owners, and owners and admins of the team, change" ON public.chat_sessions FOR UPDATE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])))) WITH CHECK ((((user_id = ( SELECT auth.uid() AS uid)) AND ((team_id IS NULL) OR (team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))));

CREATE POLICY "owners, and owners and admins of the team, change" ON public.projects FOR UPDATE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[])))) WITH CHECK ((((user_id = ( SELECT auth.uid() AS uid)) AND ((team_id IS NULL) OR (team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))));

CREATE POLICY "owners, and owners and admins of the team, remove" ON public.chat_sessions FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))));

CREATE POLICY "owners, and owners and admins of the team, remove" ON public.projects FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))));

CREATE POLICY "owners, and who writes the project, change fragments" ON public.fragments FOR UPDATE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR codingit.writes_project(project_id))) WITH CHECK ((((user_id = ( SELECT auth.uid() AS uid)) AND (project_id IS NULL)) OR codingit.writes_project(project_id)));

CREATE POLICY "owners, and who writes the project, change uploads" ON public.file_uploads FOR UPDATE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR codingit.writes_project(project_id))) WITH CHECK ((((user_id = ( SELECT auth.uid() AS uid)) AND (project_id IS NULL)) OR codingit.writes_project(project_id)));

CREATE POLICY "owners, and who writes the project, remove fragments" ON public.fragments FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR codingit.writes_project(project_id)));

CREATE POLICY "owners, and who writes the project, remove uploads" ON public.file_uploads FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR codingit.writes_project(project_id)));

ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.projects ENABLE ROW LEVEL SECURITY;

CREATE POLICY "senders and creators of the thread remove messages" ON public.thread_messages FOR DELETE TO authenticated USING (((sender_id = ( SELECT auth.uid() AS uid)) OR codingit.owns_thread(thread_id)));

CREATE POLICY "senders change what they sent" ON public.thread_messages FOR UPDATE TO authenticated USING ((sender_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((sender_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "senders read what they sent" ON public.thread_messages FOR SELECT TO authenticated USING ((sender_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "signed-in users create teams" ON public.teams FOR INSERT TO authenticated WITH CHECK ((( SELECT auth.uid() AS uid) IS NOT NULL));

CREATE POLICY "signed-in users read which models are in use" ON public.embedding_models FOR SELECT TO authenticated USING (true);

ALTER TABLE public.subscription_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.team_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.team_usage_limits ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.thread_messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.thread_summaries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_chat_analytics ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_integrations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_profiles ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_security_settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_usage ENABLE ROW LEVEL SECURITY;

CREATE POLICY "users add fragments, in a project if they write it" ON public.fragments FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((project_id IS NULL) OR codingit.writes_project(project_id))));

CREATE POLICY "users add projects, in a team if they are in it" ON public.projects FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((team_id IS NULL) OR (team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))));

CREATE POLICY "users add sessions, in a team if they are in it" ON public.chat_sessions FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((team_id IS NULL) OR (team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[])))));

CREATE POLICY "users add uploads, in a project if they write it" ON public.file_uploads FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND ((project_id IS NULL) OR codingit.writes_project(project_id))));

CREATE POLICY "users ask for exports of their sessions" ON public.chat_export_requests FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND codingit.owns_sessions(session_ids)));

CREATE POLICY "users change their executions" ON public.fragment_executions FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND codingit.writes_fragment(fragment_id)));

CREATE POLICY "users change their exports" ON public.chat_export_requests FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND codingit.owns_sessions(session_ids)));

CREATE POLICY "users change their list" ON public.users_teams FOR UPDATE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users execute fragments that they write" ON public.fragment_executions FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND codingit.writes_fragment(fragment_id)));

CREATE POLICY "users list the teams that they are in" ON public.users_teams FOR INSERT TO authenticated WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (team_id = ANY (( SELECT codingit.member_teams() AS member_teams)::uuid[]))));

CREATE POLICY "users read the executions that they started" ON public.workflow_executions FOR SELECT TO authenticated USING ((created_by = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users read their analytics" ON public.user_chat_analytics FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users read their executions" ON public.fragment_executions FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users read their exports" ON public.chat_export_requests FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users read their list of teams" ON public.users_teams FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users read their usage" ON public.user_usage FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users remove their executions" ON public.fragment_executions FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users remove their exports" ON public.chat_export_requests FOR DELETE TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "users, owners and admins shorten the list" ON public.users_teams FOR DELETE TO authenticated USING (((user_id = ( SELECT auth.uid() AS uid)) OR (team_id = ANY (( SELECT codingit.managed_teams() AS managed_teams)::uuid[]))));

ALTER TABLE public.users_teams ENABLE ROW LEVEL SECURITY;

CREATE POLICY "who started it, owners and admins change executions" ON public.workflow_executions FOR UPDATE TO authenticated USING (((created_by = ( SELECT auth.uid() AS uid)) OR codingit.manages_workflow(workflow_id))) WITH CHECK ((((created_by = ( SELECT auth.uid() AS uid)) AND codingit.runs_workflow(workflow_id)) OR codingit.manages_workflow(workflow_id)));

CREATE POLICY "who started it, owners and admins remove executions" ON public.workflow_executions FOR DELETE TO authenticated USING (((created_by = ( SELECT auth.uid() AS uid)) OR codingit.manages_workflow(workflow_id)));

CREATE POLICY "who writes a project adds its messages" ON public.messages FOR INSERT TO authenticated WITH CHECK (codingit.writes_project(project_id));

CREATE POLICY "who writes a project changes its messages" ON public.messages FOR UPDATE TO authenticated USING (codingit.writes_project(project_id)) WITH CHECK (codingit.writes_project(project_id));

CREATE POLICY "who writes a project removes its messages" ON public.messages FOR DELETE TO authenticated USING (codingit.writes_project(project_id));

ALTER TABLE public.workflow_executions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workflow_templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workflows ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.workspace_files ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA auth TO anon;
GRANT USAGE ON SCHEMA auth TO authenticated;
GRANT USAGE ON SCHEMA auth TO service_role;

GRANT USAGE ON SCHEMA codingit TO authenticated;
GRANT USAGE ON SCHEMA codingit TO service_role;

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

REVOKE ALL ON FUNCTION auth.jwt() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.jwt() TO anon;
GRANT ALL ON FUNCTION auth.jwt() TO authenticated;
GRANT ALL ON FUNCTION auth.jwt() TO service_role;

REVOKE ALL ON FUNCTION auth.role() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.role() TO anon;
GRANT ALL ON FUNCTION auth.role() TO authenticated;
GRANT ALL ON FUNCTION auth.role() TO service_role;

REVOKE ALL ON FUNCTION auth.uid() FROM PUBLIC;
GRANT ALL ON FUNCTION auth.uid() TO anon;
GRANT ALL ON FUNCTION auth.uid() TO authenticated;
GRANT ALL ON FUNCTION auth.uid() TO service_role;

REVOKE ALL ON FUNCTION codingit.english_words(content text) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.english_words(content text) TO authenticated;
GRANT ALL ON FUNCTION codingit.english_words(content text) TO service_role;

REVOKE ALL ON FUNCTION codingit.looks_like_output(content text) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.looks_like_output(content text) TO authenticated;
GRANT ALL ON FUNCTION codingit.looks_like_output(content text) TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_message_cache TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_message_cache TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_session_tags TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_session_tags TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_sessions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_sessions TO service_role;

REVOKE ALL ON FUNCTION codingit.chat_in_scope(caller uuid, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.code_holding(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, asked_phrases text[], asked_expression text, asked_fragments text[], most integer) FROM PUBLIC;

GRANT SELECT,DELETE ON TABLE public.code_embeddings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_embeddings TO service_role;

GRANT INSERT(content),UPDATE(content) ON TABLE public.code_embeddings TO authenticated;

GRANT INSERT(embedding),UPDATE(embedding) ON TABLE public.code_embeddings TO authenticated;

GRANT INSERT(user_id),UPDATE(user_id) ON TABLE public.code_embeddings TO authenticated;

REVOKE ALL ON FUNCTION codingit.code_in_scope(caller uuid, asked_model smallint, asked_project uuid, among bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.code_named(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, asked_path text, asked_name text, most integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.content_hash(content text) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.content_hash(content text) TO authenticated;
GRANT ALL ON FUNCTION codingit.content_hash(content text) TO service_role;

REVOKE ALL ON FUNCTION codingit.count_terms() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.defines_name(defines text[], symbol text, asked_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.ensure_owner_policies(on_table regclass, things text, owner_column text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.ensure_policy(on_table regclass, sentence text, command text, to_roles text, using_rows text, check_rows text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.ensure_trigger(on_table regclass, name text, timing text, action text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.exact_query(term text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.fold_terms(most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.fold_terms(most integer) TO service_role;

REVOKE ALL ON FUNCTION codingit.forget_chat_terms() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.forget_gone_projects() FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.forget_gone_projects() TO service_role;

REVOKE ALL ON FUNCTION codingit.forget_project_terms() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.hand_over_messages() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.indexed_chat_parts(caller uuid, asked_model_id smallint, dimensions integer, ef_search integer, asked_vector text, is_filtered boolean, without tsquery, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean, most integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.is_service() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.keep_container() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.keep_last_owner() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.keep_owner() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.letters_of(term text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.limit_expiry() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.limit_type(feature_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.managed_teams() FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.managed_teams() TO authenticated;

REVOKE ALL ON FUNCTION codingit.manages_workflow(workflow_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.manages_workflow(workflow_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit.mark_files_stale() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.mark_messages_stale() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.mark_session_stale() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.match_chat(caller uuid, condition text, scoring text, evidence_kind text, words tsquery, patterns text[], lacking text[], without tsquery, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, newest boolean, without_output boolean, most integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.member_teams() FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.member_teams() TO authenticated;

REVOKE ALL ON FUNCTION codingit.message_hash(kind text, title text, content text) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.message_hash(kind text, title text, content text) TO service_role;

REVOKE ALL ON FUNCTION codingit.near_chat_parts(caller uuid, asked_model_id smallint, asked_vector text, most integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.own_created_team() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.owned_teams() FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.owned_teams() TO authenticated;

REVOKE ALL ON FUNCTION codingit.owns_session(session_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.owns_session(session_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit.owns_sessions(session_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.owns_sessions(session_ids uuid[]) TO authenticated;

REVOKE ALL ON FUNCTION codingit.owns_thread(thread_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.owns_thread(thread_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit.permissions_within(inner_permissions jsonb, outer_permissions jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.policy_fingerprint(on_table regclass, sentence text, definition text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.refuse(what text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.refuse_usage_of_others(team_id uuid, user_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.remember_chat_terms() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.revoke_made_keys() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.runs_workflow(workflow_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.runs_workflow(workflow_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit.search_chat_candidates(asked_groups jsonb, asked_literal text, asked_any text[], asked_similar text[], asked_without text, widen_known boolean, enough integer, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, newest boolean, without_output boolean, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.search_chat_candidates(asked_groups jsonb, asked_literal text, asked_any text[], asked_similar text[], asked_without text, widen_known boolean, enough integer, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, newest boolean, without_output boolean, most integer) TO authenticated;

REVOKE ALL ON FUNCTION codingit.search_chat_meaning(asked_model_id smallint, asked_vector text, asked_without text, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.search_chat_meaning(asked_model_id smallint, asked_vector text, asked_without text, asked_session uuid, asked_role text, asked_model text, asked_tags text[], asked_after timestamp with time zone, asked_before timestamp with time zone, without_output boolean, most integer) TO authenticated;

REVOKE ALL ON FUNCTION codingit.search_code_candidates(asked_model smallint, asked_project uuid, asked_vector text, asked_terms text[], asked_weights real[], asked_fuzzy text, asked_languages text[], asked_kinds text[], asked_pattern text, most integer, asked_phrases text[], asked_expression text, asked_fragments text[], asked_path text, asked_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.search_code_candidates(asked_model smallint, asked_project uuid, asked_vector text, asked_terms text[], asked_weights real[], asked_fuzzy text, asked_languages text[], asked_kinds text[], asked_pattern text, most integer, asked_phrases text[], asked_expression text, asked_fragments text[], asked_path text, asked_name text) TO authenticated;

REVOKE ALL ON FUNCTION codingit.shorten_made_keys() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.shortlist_code(caller uuid, asked_model smallint, asked_project uuid, hidden uuid[], asked_languages text[], asked_kinds text[], asked_pattern text, query_vector public.halfvec, query_terms public.sparsevec, rare_terms text[], most integer, most_lexical integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.similar_chat_terms(caller uuid, asked_words text[], widen_known boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.take_user_of_session() FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.term_id(term text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.term_of_name(asked_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.terms_holding(caller uuid, asked_model smallint, asked_project uuid, fragments text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.usage_type(feature_name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.user_exists(user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.user_exists(user_id uuid) TO service_role;

REVOKE ALL ON FUNCTION codingit.wanted_hash(content_hash bytea, path text, is_directory boolean, user_id uuid, project_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.wanted_hash(content_hash bytea, path text, is_directory boolean, user_id uuid, project_id uuid) TO service_role;

REVOKE ALL ON FUNCTION codingit.weigh_chat_terms(caller uuid, asked_words text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION codingit.writes_fragment(fragment_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.writes_fragment(fragment_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit.writes_project(project_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit.writes_project(project_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit_internal.project_is_deleted(project_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit_internal.project_is_deleted(project_id uuid) TO anon;
GRANT ALL ON FUNCTION codingit_internal.project_is_deleted(project_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit_internal.team_has_member(team_id uuid, user_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit_internal.team_has_member(team_id uuid, user_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit_internal.team_is_stored(team_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit_internal.team_is_stored(team_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION codingit_internal.thread_holds_message(thread_id uuid, message_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION codingit_internal.thread_holds_message(thread_id uuid, message_id uuid) TO authenticated;

REVOKE ALL ON FUNCTION public.authenticate_api_key(key_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authenticate_api_key(key_hash text) TO service_role;

REVOKE ALL ON FUNCTION public.can_use_feature(feature_name text, team_id_param uuid, user_id_param uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.can_use_feature(feature_name text, team_id_param uuid, user_id_param uuid) TO authenticated;
GRANT ALL ON FUNCTION public.can_use_feature(feature_name text, team_id_param uuid, user_id_param uuid) TO service_role;

REVOKE ALL ON FUNCTION public.create_api_key(name text, permissions jsonb, expires_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key(name text, permissions jsonb, expires_at timestamp with time zone) TO authenticated;

REVOKE ALL ON FUNCTION public.get_user_chat_summary(user_id_param uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_user_chat_summary(user_id_param uuid) TO authenticated;
GRANT ALL ON FUNCTION public.get_user_chat_summary(user_id_param uuid) TO service_role;

REVOKE ALL ON FUNCTION public.increment_usage(feature_name text, team_id_param uuid, user_id_param uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.increment_usage(feature_name text, team_id_param uuid, user_id_param uuid) TO authenticated;
GRANT ALL ON FUNCTION public.increment_usage(feature_name text, team_id_param uuid, user_id_param uuid) TO service_role;

REVOKE ALL ON FUNCTION public.initialize_team_usage_limits(team_id_param uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.initialize_team_usage_limits(team_id_param uuid) TO authenticated;
GRANT ALL ON FUNCTION public.initialize_team_usage_limits(team_id_param uuid) TO service_role;

REVOKE ALL ON FUNCTION public.save_message_and_update_project(project_id_param uuid, role_param text, content_param jsonb, object_data_param jsonb, result_data_param jsonb, sequence_number_param integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.save_message_and_update_project(project_id_param uuid, role_param text, content_param jsonb, object_data_param jsonb, result_data_param jsonb, sequence_number_param integer) TO authenticated;
GRANT ALL ON FUNCTION public.save_message_and_update_project(project_id_param uuid, role_param text, content_param jsonb, object_data_param jsonb, result_data_param jsonb, sequence_number_param integer) TO service_role;

REVOKE ALL ON FUNCTION public.search_user_messages(query_text text, user_id_param uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_user_messages(query_text text, user_id_param uuid) TO authenticated;
GRANT ALL ON FUNCTION public.search_user_messages(query_text text, user_id_param uuid) TO service_role;

REVOKE ALL ON FUNCTION public.soft_delete_project(project_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.soft_delete_project(project_id uuid) TO authenticated;
GRANT ALL ON FUNCTION public.soft_delete_project(project_id uuid) TO service_role;

REVOKE ALL ON FUNCTION public.update_updated_at_column() FROM PUBLIC;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE auth.users TO service_role;

GRANT SELECT ON TABLE codingit.migrations TO service_role;

GRANT DELETE ON TABLE public.api_keys TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO service_role;

GRANT SELECT(id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(user_id) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(name),UPDATE(name) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(key_prefix) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(permissions),UPDATE(permissions) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(last_used_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(expires_at),UPDATE(expires_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(is_active),UPDATE(is_active) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(created_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(updated_at) ON TABLE public.api_keys TO authenticated;

GRANT SELECT(made_by) ON TABLE public.api_keys TO authenticated;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.billing_info TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.billing_info TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_ann_indexes TO service_role;

GRANT SELECT ON TABLE public.chat_embeddings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_embeddings TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_export_requests TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_export_requests TO service_role;

GRANT SELECT ON TABLE public.chat_index_state TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chat_index_state TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_ann_indexes TO service_role;

GRANT USAGE ON SEQUENCE public.code_embeddings_id_seq TO authenticated;
GRANT SELECT,USAGE ON SEQUENCE public.code_embeddings_id_seq TO service_role;

GRANT SELECT ON TABLE public.code_index_state TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_index_state TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_term_deltas TO service_role;

GRANT SELECT ON TABLE public.code_terms TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_terms TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conversation_threads TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conversation_threads TO service_role;

GRANT SELECT ON TABLE public.embedding_models TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.embedding_models TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.file_uploads TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.file_uploads TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fragment_executions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fragment_executions TO service_role;

GRANT SELECT ON TABLE public.fragments TO anon;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fragments TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fragments TO service_role;

GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO service_role;

GRANT INSERT(user_id) ON TABLE public.idempotency_keys TO authenticated;

GRANT INSERT(key) ON TABLE public.idempotency_keys TO authenticated;

GRANT INSERT(request_hash) ON TABLE public.idempotency_keys TO authenticated;

GRANT UPDATE(status) ON TABLE public.idempotency_keys TO authenticated;

GRANT UPDATE(reply) ON TABLE public.idempotency_keys TO authenticated;

GRANT UPDATE(location) ON TABLE public.idempotency_keys TO authenticated;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO service_role;

GRANT SELECT,DELETE ON TABLE public.profiles TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.profiles TO service_role;

GRANT INSERT(user_id),UPDATE(user_id) ON TABLE public.profiles TO authenticated;

GRANT INSERT(first_name),UPDATE(first_name) ON TABLE public.profiles TO authenticated;

GRANT INSERT(last_name),UPDATE(last_name) ON TABLE public.profiles TO authenticated;

GRANT SELECT,USAGE ON SEQUENCE public.profiles_id_seq TO service_role;

GRANT SELECT ON TABLE public.projects TO anon;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.projects TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.projects TO service_role;

GRANT SELECT ON TABLE public.subscription_events TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.subscription_events TO service_role;

GRANT SELECT,DELETE ON TABLE public.tasks TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tasks TO service_role;

GRANT INSERT(user_id),UPDATE(user_id) ON TABLE public.tasks TO authenticated;

GRANT INSERT(status),UPDATE(status) ON TABLE public.tasks TO authenticated;

GRANT INSERT(progress),UPDATE(progress) ON TABLE public.tasks TO authenticated;

GRANT INSERT(prompt),UPDATE(prompt) ON TABLE public.tasks TO authenticated;

GRANT INSERT(repo_url),UPDATE(repo_url) ON TABLE public.tasks TO authenticated;

GRANT INSERT(selected_agent),UPDATE(selected_agent) ON TABLE public.tasks TO authenticated;

GRANT INSERT(selected_model),UPDATE(selected_model) ON TABLE public.tasks TO authenticated;

GRANT INSERT(sandbox_url),UPDATE(sandbox_url) ON TABLE public.tasks TO authenticated;

GRANT INSERT(branch_name),UPDATE(branch_name) ON TABLE public.tasks TO authenticated;

GRANT INSERT(logs),UPDATE(logs) ON TABLE public.tasks TO authenticated;

GRANT INSERT(created_at),UPDATE(created_at) ON TABLE public.tasks TO authenticated;

GRANT INSERT(updated_at),UPDATE(updated_at) ON TABLE public.tasks TO authenticated;

GRANT UPDATE(cancelled_at) ON TABLE public.tasks TO authenticated;

GRANT SELECT,USAGE ON SEQUENCE public.tasks_id_seq TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_members TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_members TO service_role;

GRANT SELECT ON TABLE public.team_usage_limits TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_usage_limits TO service_role;

GRANT SELECT,DELETE ON TABLE public.teams TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.teams TO service_role;

GRANT INSERT(id) ON TABLE public.teams TO authenticated;

GRANT INSERT(name),UPDATE(name) ON TABLE public.teams TO authenticated;

GRANT INSERT(email),UPDATE(email) ON TABLE public.teams TO authenticated;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.thread_messages TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.thread_messages TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.thread_summaries TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.thread_summaries TO service_role;

GRANT SELECT ON TABLE public.user_chat_analytics TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_chat_analytics TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_integrations TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_integrations TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_preferences TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_preferences TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_profiles TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_profiles TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_security_settings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_security_settings TO service_role;

GRANT SELECT ON TABLE public.user_usage TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_usage TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users_teams TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users_teams TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflow_executions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflow_executions TO service_role;

GRANT SELECT ON TABLE public.workflow_templates TO anon;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflow_templates TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflow_templates TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflows TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workflows TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspace_files TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspace_files TO service_role;
