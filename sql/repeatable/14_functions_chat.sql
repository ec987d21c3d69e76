-- A user's own chat: what was said, and how much.

-- The user's filter stands in the query because `@@` is not leakproof: below a policy it could use no index.
create or replace function public.search_user_messages(query_text text, user_id_param uuid)
  returns table (content text, created_at timestamptz, session_id text, similarity_score real, title text)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
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

-- The analytics that the service keeps; what it has not counted yet is counted from the sessions.
create or replace function public.get_user_chat_summary(user_id_param uuid)
  returns table (
    total_sessions int,
    total_messages int,
    total_tokens int,
    total_cost numeric,
    avg_session_length_minutes numeric,
    avg_daily_sessions numeric,
    most_active_hour int,
    most_active_day int,
    favorite_models json,
    favorite_templates json,
    model_usage_breakdown json,
    template_usage_breakdown json
  )
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
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
