-- Which chunks of the caller's code could answer a query, each with its dense and its lexical score.

-- The dimension of `terms` that a term falls on: 29 bits of its md5, the same as models.tokens.term_id. Its names are
-- resolved when it is made; a search_path of its own would only keep it from being expanded where it is used.
create or replace function codingit.term_id(term text) returns int
  language sql immutable strict parallel safe
  return (('x' || substr(md5(term), 1, 8))::bit(32)::int & 536870911) + 1;

-- The term that a chunk defining such a name has among its own, as a query for it alone.
create or replace function codingit.term_of_name(asked_name text) returns sparsevec
  language sql immutable strict parallel safe
  return ('{' || codingit.term_id(translate(lower(asked_name), '_-', '')) || ':1}/536870912')::sparsevec;

-- Whether a chunk defines a name, or is a member that is called so. Expanded where it is used.
create or replace function codingit.defines_name(defines text[], symbol text, asked_name text) returns boolean
  language sql immutable parallel safe
  return asked_name = any (defines) or right(symbol, char_length(asked_name)) = asked_name;

-- A user's chunks of one generation: all, those of a project, or, where `among` is given, those of these. Expanded where
-- it is used, so it has no settings of its own. A branch that was not asked for costs nothing, and each takes an index of
-- its own even in a plan that is made once for all calls.
create or replace function codingit.code_in_scope(caller uuid, asked_model smallint, asked_project uuid, among bigint[])
  returns table (
    id bigint,
    project_id uuid,
    path text,
    language text,
    kind text,
    ordinal int,
    symbol text,
    defines text[],
    embedding halfvec,
    terms sparsevec
  )
  language sql stable
  begin atomic
    select
      chunk.id, chunk.project_id, chunk.path, chunk.language, chunk.kind, chunk.ordinal, chunk.symbol, chunk.defines,
      chunk.embedding, chunk.terms
    from public.code_embeddings as chunk
    where among is null
      and asked_project is null
      and chunk.user_id = caller
      and chunk.model_id = asked_model
      and chunk.file_id is not null
    union all
    select
      chunk.id, chunk.project_id, chunk.path, chunk.language, chunk.kind, chunk.ordinal, chunk.symbol, chunk.defines,
      chunk.embedding, chunk.terms
    from public.code_embeddings as chunk
    where among is null
      and asked_project is not null
      and chunk.project_id = asked_project
      and chunk.user_id = caller
      and chunk.model_id = asked_model
      and chunk.file_id is not null
    union all
    select
      chunk.id, chunk.project_id, chunk.path, chunk.language, chunk.kind, chunk.ordinal, chunk.symbol, chunk.defines,
      chunk.embedding, chunk.terms
    from public.code_embeddings as chunk
    where among is not null
      and chunk.id = any (among)
      and (asked_project is null or chunk.project_id = asked_project)
      and chunk.user_id = caller
      and chunk.model_id = asked_model
      and chunk.file_id is not null;
  end;

-- Candidates for the caller, found out by auth.uid() and by nothing that can be passed in: full text and trigram operators
-- are not leakproof and would use no index below a policy, so the policy's filter stands here. The rows that a reply
-- shows are read again under the caller's own policies.
--
--   asked_terms, asked_weights   lexical query; null leaves the lexical half out
--   asked_vector                 unit vector of the query; null leaves the dense half out
--   asked_fuzzy                  'never', 'unknown' (terms that the scope does not know are widened) or 'always'
--   asked_pattern                regular expression that the path must match
--   most                         how many of each half
--   asked_phrases, asked_expression, asked_fragments   what the content must hold and match, and what is in all of that
--   asked_path, asked_name       a path in lower case, whole or in part, and a name: such chunks are among the candidates
--
-- Of what holds the phrases and matches the expression at most held_limit chunks are ranked.
--
-- lexical is BM25: the stored weights are saturated term frequencies, the query holds
-- idf = ln(1 + (N - df + 0.5) / (df + 0.5)) (Robertson and Zaragoza, 2009).
-- Raises CI001 when asked_model is not the active generation (the caller's encoder is out of date).
create or replace function codingit.search_code_candidates(
  asked_model smallint,
  asked_project uuid,
  asked_vector text,
  asked_terms text[],
  asked_weights real[],
  asked_fuzzy text,
  asked_languages text[],
  asked_kinds text[],
  asked_pattern text,
  most int,
  asked_phrases text[] default null,
  asked_expression text default null,
  asked_fragments text[] default null,
  asked_path text default null,
  asked_name text default null
) returns table (
  id bigint,
  file_id uuid,
  project_id uuid,
  ordinal int,
  path text,
  language text,
  kind text,
  symbol text,
  defines text[],
  role text,
  start_line int,
  end_line int,
  dense real,
  lexical real,
  widened jsonb
)
  language plpgsql security definer
  set search_path = public, extensions, pg_temp
  -- To plan the statements takes longer than to run them for a small scope, so they are written to be planned once in a
  -- connection. Such a plan counts with the average user, for whom reading the whole table may be the cheapest.
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set pg_trgm.similarity_threshold = 0.4
  set jit = off
  as $$
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

-- The chunks worth scoring in a scope that is too large for one pass: the nearest by the caller's own approximate index,
-- and the best of those that hold one of the rarest terms. The filters stand inside, so that what they leave is not
-- what happened to be near. Null when there is no index to ask: the exact pass answers, slower but right.
create or replace function codingit.shortlist_code(
  caller uuid,
  asked_model smallint,
  asked_project uuid,
  hidden uuid[],
  asked_languages text[],
  asked_kinds text[],
  asked_pattern text,
  query_vector halfvec,
  query_terms sparsevec,
  rare_terms text[],
  most int,
  most_lexical int
) returns bigint[]
  language plpgsql
  set search_path = public, extensions, pg_temp
  -- The index competes with a sort of the whole scope, and for a tenant of average size the planner prefers that one.
  set enable_sort = off
  as $$
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
  $$;

revoke all on function codingit.term_id(text) from public;
revoke all on function codingit.term_of_name(text) from public;
revoke all on function codingit.defines_name(text[], text, text) from public;
revoke all on function codingit.code_in_scope(uuid, smallint, uuid, bigint[]) from public;
revoke all on function codingit.search_code_candidates(
  smallint, uuid, text, text[], real[], text, text[], text[], text, int, text[], text, text[], text, text
) from public;
-- Earlier versions took other arguments.
drop function if exists codingit.search_code_candidates(
  smallint, uuid, text, text[], real[], text, text[], text[], text, int
);
drop function if exists codingit.shortlist_code(uuid, smallint, uuid, halfvec, boolean, text[], int, int);
revoke all on function codingit.shortlist_code(
  uuid, smallint, uuid, uuid[], text[], text[], text, halfvec, sparsevec, text[], int, int
) from public;
grant execute on function codingit.search_code_candidates(
  smallint, uuid, text, text[], real[], text, text[], text[], text, int, text[], text, text[], text, text
) to authenticated;
