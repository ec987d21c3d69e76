-- The chunks that a query names exactly: by what stands in them, by where they are, by what they define. Only
-- codingit.search_code_candidates calls these, with a caller that it has found out itself.

-- The dimensions of the terms among which one is in every chunk that holds the fragment, as a sparse vector; for the
-- fragment that the fewest chunks hold. Content has no trigram index, the short terms of the lexicon have one: an
-- identifier is in the lexicon as one term without separators, cut at 64 characters. Null without fragments.
create or replace function codingit.terms_holding(
  caller uuid,
  asked_model smallint,
  asked_project uuid,
  fragments text[]
) returns sparsevec
  language sql stable
  set search_path = public, extensions, pg_temp
  as $$
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

-- Chunks that hold every phrase as it is written and match the expression, in no order, at most so many. The narrow part of
-- a row tells most of those apart that cannot: 5 us a chunk to look into content for a phrase, 20 for an expression.
-- Raises 2201B for an expression that is none.
create or replace function codingit.code_holding(
  caller uuid,
  asked_model smallint,
  asked_project uuid,
  hidden uuid[],
  asked_languages text[],
  asked_kinds text[],
  asked_pattern text,
  asked_phrases text[],
  asked_expression text,
  asked_fragments text[],
  most int
) returns bigint[]
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
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

-- Chunks of files at a path, whole or in part, from each file's top; and chunks that define a name.
create or replace function codingit.code_named(
  caller uuid,
  asked_model smallint,
  asked_project uuid,
  hidden uuid[],
  asked_languages text[],
  asked_kinds text[],
  asked_pattern text,
  asked_path text,
  asked_name text,
  most int
) returns bigint[]
  language plpgsql stable
  set search_path = public, extensions, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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

revoke all on function codingit.terms_holding(uuid, smallint, uuid, text[]) from public;
revoke all on function codingit.code_holding(
  uuid, smallint, uuid, uuid[], text[], text[], text, text[], text, text[], int
) from public;
revoke all on function codingit.code_named(
  uuid, smallint, uuid, uuid[], text[], text[], text, text, text, int
) from public;
