-- Which of the caller's messages could answer a query, and the words that misspelt ones are taken for.

-- The query for one word as a tsvector holds it, whatever characters it has.
create or replace function codingit.exact_query(term text) returns tsquery
  language sql immutable strict parallel safe
  set search_path = pg_catalog, pg_temp
  return ('''' || replace(replace(term, '\', '\\'), '''', '''''') || '''')::tsquery;

-- Remembers the words of messages just written. Longer ones are data, shorter ones have no spelling to be near to.
create or replace function codingit.remember_chat_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

-- Forgets the words that only the deleted or replaced messages held: who deletes a message deletes its words.
create or replace function codingit.forget_chat_terms() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

create or replace trigger remember_inserted_chat_terms
  after insert on public.chat_message_cache
  referencing new table as new_rows
  for each statement execute function codingit.remember_chat_terms();

create or replace trigger remember_updated_chat_terms
  after update on public.chat_message_cache
  referencing new table as new_rows
  for each statement execute function codingit.remember_chat_terms();

create or replace trigger forget_updated_chat_terms
  after update on public.chat_message_cache
  referencing old table as old_rows
  for each statement execute function codingit.forget_chat_terms();

create or replace trigger forget_deleted_chat_terms
  after delete on public.chat_message_cache
  referencing old table as old_rows
  for each statement execute function codingit.forget_chat_terms();

-- The words of the caller's messages that are spelt like the asked ones, at most five for each, with their likeness.
-- Two letters that changed places leave few trigrams of a short word in common, so the same letters count as alike.
create or replace function codingit.similar_chat_terms(caller uuid, asked_words text[], widen_known boolean)
  returns table (word text, term text, likeness real)
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  set pg_trgm.similarity_threshold = 0.2
  set plan_cache_mode = force_custom_plan
  as $$
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

create or replace function codingit.letters_of(term text) returns text
  language sql immutable strict parallel safe
  set search_path = pg_catalog, pg_temp
  return (select string_agg(letter, '' order by letter collate "C") from regexp_split_to_table(term, '') as letter);

-- The messages of one user that the filters leave, and where they stand. Expanded where it is used, so it has no settings
-- of its own; a statement that names it reads in parallel only because it says that it may.
create or replace function codingit.chat_in_scope(
  caller uuid,
  asked_session uuid,
  asked_role text,
  asked_model text,
  asked_tags text[],
  asked_after timestamptz,
  asked_before timestamptz,
  without_output boolean
) returns table (
  place tid, id uuid, created_at timestamptz, content text, content_vector tsvector, is_output boolean
)
  language sql stable parallel safe
  begin atomic
  select
    message.ctid, message.id, message.created_at, message.content, message.content_vector, message.is_output
  from public.chat_message_cache as message
  where message.user_id = caller
    and (asked_session is null or message.session_id = asked_session)
    and (asked_role is null or message.role = asked_role)
    and (asked_model is null or message.model = asked_model)
    and (asked_after is null or message.created_at >= asked_after)
    and (asked_before is null or message.created_at < asked_before)
    and not (without_output and message.is_output)
    -- Asked the other way round (whose session is there), the planner begins with the sessions of a user who has few, and
    -- sorts all of the messages where the newest are wanted: 65 ms for 20,000.
    and not exists (
      select from public.chat_sessions as session
      where session.id = message.session_id and session.status = 'deleted'
    )
    and (asked_tags is null or exists (
      select from public.chat_session_tags as label
      where label.session_id = message.session_id and label.tag = any (asked_tags)
    ));
  end;

-- Messages of one user that meet one condition: the newest of them, scored. Only search_chat_candidates calls it, and
-- `condition` and `scoring` are texts of that function's own. The planner does not know which words a user says often: of a
-- common one it would fetch every message, of one that others say often read all messages of the user. So a look at the
-- newest ones decides. What is asked for rarely is asked of the index; of what is everywhere the newest messages are read.
create or replace function codingit.match_chat(
  caller uuid,
  condition text,
  scoring text,
  evidence_kind text,
  words tsquery,
  patterns text[],
  lacking text[],
  without tsquery,
  asked_session uuid,
  asked_role text,
  asked_model text,
  asked_tags text[],
  asked_after timestamptz,
  asked_before timestamptz,
  newest boolean,
  without_output boolean,
  most int
) returns table (
  id uuid, created_at timestamptz, evidence text, score real, is_output boolean, size int
)
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  as $$
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
  $$;

-- The asked words as the caller's messages hold them, each with what it is worth: words that few messages hold say more.
-- How many do is seen in the newest ones. A word that no message holds is taken for those that are spelt like it.
create or replace function codingit.weigh_chat_terms(caller uuid, asked_words text[])
  returns table (word text, query tsquery, weight real, is_common boolean)
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  as $$
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

-- Candidates for the caller, found out by auth.uid() and by nothing that can be passed in: `@@` and `ilike` are not
-- leakproof and would use no index below a policy, so the policy's filter stands in match_chat. The rows that a reply shows
-- are read again under the caller's own policies. Evidence:
--
--   words     full text. asked_groups is a list of alternatives, each {words, plain, holds, lacks}: `words` in websearch
--             syntax; `holds` are LIKE patterns of its words that the English parser cuts strangely (paths, calls), which
--             together with `plain`, the others, make the second way to match; `lacks` are patterns that refuse
--   literal   the second way, and asked_literal: a LIKE pattern, whatever its case; when the words have found `enough`, it
--             is looked for in what they found
--   any       asked_any: some of the words, ranked by how rare and how often said they are; sorted by time, only when there
--             was less than `enough`
--   similar   asked_similar: words in similar spelling; when there was less than `enough`. Words that the caller's
--             messages know are widened when widen_known
--
-- asked_without holds for the last three: words in websearch syntax that no answer has.
create or replace function codingit.search_chat_candidates(
  asked_groups jsonb,
  asked_literal text,
  asked_any text[],
  asked_similar text[],
  asked_without text,
  widen_known boolean,
  enough int,
  asked_session uuid,
  asked_role text,
  asked_model text,
  asked_tags text[],
  asked_after timestamptz,
  asked_before timestamptz,
  newest boolean,
  without_output boolean,
  most int
) returns table (
  id uuid, created_at timestamptz, evidence text, score real, is_output boolean, size int
)
  language plpgsql stable security definer
  set search_path = public, extensions, pg_temp
  set jit = off
  as $$
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
  $$;

-- The parts of the caller's messages that are nearest to a vector, of all that there are.
create or replace function codingit.near_chat_parts(caller uuid, asked_model_id smallint, asked_vector text, most int)
  returns table (message_id uuid, start_at int, end_at int, distance float8)
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  set plan_cache_mode = force_custom_plan
  -- The first few of the caller's parts may lie behind those of all others.
  set enable_seqscan = off
  as $$
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

-- The same, of what the filters leave, by the caller's own approximate index. It may come back with fewer: where the filters
-- leave little among the nearest, to look at all that they leave is cheaper.
create or replace function codingit.indexed_chat_parts(
  caller uuid,
  asked_model_id smallint,
  dimensions int,
  ef_search int,
  asked_vector text,
  is_filtered boolean,
  without tsquery,
  asked_role text,
  asked_model text,
  asked_tags text[],
  asked_after timestamptz,
  asked_before timestamptz,
  without_output boolean,
  most int
) returns table (message_id uuid, start_at int, end_at int, distance float8)
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  -- The index competes with a sort of all messages, and for a user of average size the planner prefers that one.
  set enable_sort = off
  as $$
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
  $$;

-- The caller's messages that are nearest in meaning, each by its nearest part: by an exact pass over the caller's vectors,
-- which nothing but auth.uid() names, or where these are many by the approximate index that the worker has made of them.
-- What the filters leave is looked for in the nearest first, since they mostly leave something there; only where they
-- leave too little are all messages filtered.
create or replace function codingit.search_chat_meaning(
  asked_model_id smallint,
  asked_vector text,
  asked_without text,
  asked_session uuid,
  asked_role text,
  asked_model text,
  asked_tags text[],
  asked_after timestamptz,
  asked_before timestamptz,
  without_output boolean,
  most int
) returns table (
  id uuid, created_at timestamptz, score real, is_output boolean, size int, start_at int, end_at int
)
  language plpgsql stable security definer
  set search_path = public, extensions, pg_temp
  set plan_cache_mode = force_custom_plan
  set enable_seqscan = off
  set jit = off
  as $$
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

revoke all on function codingit.exact_query(text) from public;
revoke all on function codingit.remember_chat_terms() from public;
revoke all on function codingit.forget_chat_terms() from public;
revoke all on function codingit.similar_chat_terms(uuid, text[], boolean) from public;
revoke all on function codingit.letters_of(text) from public;
revoke all on function codingit.weigh_chat_terms(uuid, text[]) from public;
revoke all on function codingit.chat_in_scope(
  uuid, uuid, text, text, text[], timestamptz, timestamptz, boolean
) from public;
revoke all on function codingit.match_chat(
  uuid, text, text, text, tsquery, text[], text[], tsquery, uuid, text, text, text[], timestamptz, timestamptz,
  boolean, boolean, int
) from public;
revoke all on function codingit.search_chat_candidates(
  jsonb, text, text[], text[], text, boolean, int, uuid, text, text, text[], timestamptz, timestamptz, boolean, boolean, int
) from public;
revoke all on function codingit.near_chat_parts(uuid, smallint, text, int) from public;
revoke all on function codingit.indexed_chat_parts(
  uuid, smallint, int, int, text, boolean, tsquery, text, text, text[], timestamptz, timestamptz, boolean, int
) from public;
revoke all on function codingit.search_chat_meaning(
  smallint, text, text, uuid, text, text, text[], timestamptz, timestamptz, boolean, int
) from public;
grant execute on function codingit.search_chat_candidates(
  jsonb, text, text[], text[], text, boolean, int, uuid, text, text, text[], timestamptz, timestamptz, boolean, boolean, int
) to authenticated;
grant execute on function codingit.search_chat_meaning(
  smallint, text, text, uuid, text, text, text[], timestamptz, timestamptz, boolean, int
) to authenticated;
-- Earlier versions took other arguments.
drop function if exists codingit.match_chat(
  uuid, text, text, text, tsquery, text[], text[], tsquery, jsonb, uuid, text, text, text[], timestamptz, timestamptz,
  boolean, int
);
drop function if exists codingit.match_chat(
  uuid, text, text, text, tsquery, text[], text[], tsquery, jsonb, uuid, text, text, text[], timestamptz, timestamptz,
  boolean, boolean, int
);
drop function if exists codingit.search_chat_candidates(
  jsonb, text, text, text[], text, boolean, int, uuid, text, text, text[], timestamptz, timestamptz, boolean, int
);
