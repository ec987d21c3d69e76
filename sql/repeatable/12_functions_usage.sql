-- What a team may use, and how much of it has been used.

-- Features are named in two vocabularies: what a team's limits count, and what a user's usage records.
create or replace function codingit.limit_type(feature_name text) returns text
  language sql immutable
  set search_path = pg_catalog, pg_temp
  return case feature_name
    when 'github_import' then 'github_imports'
    when 'storage_used' then 'storage_mb'
    when 'fragment_execution' then 'execution_time_seconds'
    when 'api_call' then 'api_calls'
    else feature_name
  end;

create or replace function codingit.usage_type(feature_name text) returns text
  language sql immutable
  set search_path = pg_catalog, pg_temp
  return case feature_name
    when 'github_imports' then 'github_import'
    when 'storage_mb' then 'storage_used'
    when 'execution_time_seconds' then 'fragment_execution'
    when 'api_calls' then 'api_call'
    else feature_name
  end;

-- Passes for the service, and for a caller who is that user (when one is named) and a member of that team (when one is).
create or replace function codingit.refuse_usage_of_others(team_id uuid, user_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

create or replace function public.can_use_feature(feature_name text, team_id_param uuid, user_id_param uuid)
  returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

-- Adds one, whatever the limit: asking for leave is can_use_feature's part. One statement updates the row, so callers
-- at the same time are added one after the other.
create or replace function public.increment_usage(feature_name text, team_id_param uuid, user_id_param uuid)
  returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

create or replace function public.initialize_team_usage_limits(team_id_param uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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
