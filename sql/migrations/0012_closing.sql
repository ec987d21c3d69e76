-- What closes: questions that are answered about anybody, the ledger of migrations, policies that were too wide.

-- Requests have usage on `codingit`, whose functions speak of the caller alone. These answer for anybody's team, project
-- and thread: policies ask them, which takes no usage, and nobody else can name them.
create schema codingit_internal;
revoke all on schema codingit_internal from public;

-- Where the schema is older than this file: policies go on with the function that they know.
do $$
declare
  moved text;
begin
  foreach moved in array array[
    'codingit.team_has_member(uuid, uuid)',
    'codingit.team_is_stored(uuid)',
    'codingit.project_is_deleted(uuid)',
    'codingit.thread_holds_message(uuid, uuid)'
  ] loop
    if to_regprocedure(moved) is not null then
      execute format('alter function %s set schema codingit_internal', moved);
    end if;
  end loop;
end
$$;

alter table codingit.migrations enable row level security;
alter table codingit.migrations force row level security;

-- The minimal `auth.users` of ours; that of a platform belongs to somebody else and is left as it is.
do $$
begin
  if exists (
    select from pg_catalog.pg_class as class
    where class.oid = 'auth.users'::regclass
      and class.relrowsecurity
      and class.relowner = (select role.oid from pg_catalog.pg_roles as role where role.rolname = current_user)
  ) then
    alter table auth.users force row level security;
  end if;
end
$$;

-- Policies that made room for narrower ones of another name; a database that is new has none of them.
drop policy if exists "users, owners and admins change the list" on public.users_teams;
drop policy if exists "owners add their embeddings" on public.code_embeddings;
drop policy if exists "owners change their embeddings" on public.code_embeddings;
drop policy if exists "owners remove their embeddings" on public.code_embeddings;
