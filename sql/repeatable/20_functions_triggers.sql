-- What triggers decide: time stamps, who owns a row for good, and that a team is never without an owner.

create or replace function public.update_updated_at_column() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    new.updated_at := now();
    return new;
  end
  $$;

-- A row stays with its owner: those who write it for the team may not hand it over, nor take it.
create or replace function codingit.keep_owner() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    if not codingit.is_service() then
      raise insufficient_privilege using message = format('a row of %I stays where it belongs', tg_table_name);
    end if;
    return new;
  end
  $$;

-- Only its owner moves a row into another team, project or workflow. Arguments: the owner's column.
create or replace function codingit.keep_container() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

-- Who creates a team owns it, in the same transaction. The service adds the members itself.
create or replace function codingit.own_created_team() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    if auth.uid() is not null and not codingit.is_service() then
      insert into public.team_members (team_id, user_id, role) values (new.id, auth.uid(), 'owner');
    end if;
    return null;
  end
  $$;

-- Holds for everybody, the service included, but gives way to a team and to an account that are deleted.
create or replace function codingit.keep_last_owner() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
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

-- The user of a cached message is its session's, whatever the writer says. Null, which the policy and then the column
-- refuse, where there is no such session: the answer is the same as for a session of somebody else.
create or replace function codingit.take_user_of_session() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    new.user_id := (select session.user_id from public.chat_sessions as session where session.id = new.session_id);
    return new;
  end
  $$;

create or replace function codingit.hand_over_messages() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    update public.chat_message_cache as message set user_id = new.user_id where message.session_id = new.id;
    return null;
  end
  $$;

-- Makes a trigger that is not there. Another definition takes another name, and a migration that drops the old one:
-- `create or replace trigger` would lock out every writer at each deployment.
create or replace function codingit.ensure_trigger(on_table regclass, name text, timing text, action text) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    if not exists (
      select from pg_trigger as trigger where trigger.tgrelid = on_table and trigger.tgname = ensure_trigger.name
    ) then
      execute format('create trigger %I %s on %s for each row %s', name, timing, on_table, action);
    end if;
  end
  $$;
