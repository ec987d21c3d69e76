-- What everything stands on: roles, extensions, and the `auth` schema where the platform has not brought its own.

-- Roles belong to the cluster, not to the database: they may be there, or be made by somebody else.
do $$
declare
  wanted record;
begin
  for wanted in
    select role.name, role.options
    from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('codingit_api', 'login noinherit')
    ) as role (name, options)
    where not exists (select from pg_catalog.pg_roles where pg_roles.rolname = role.name)
  loop
    begin
      execute format('create role %I %s', wanted.name, wanted.options);
    exception
      -- Two databases of one cluster may be migrated at once.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise warning 'role % is missing and may not be created by %', wanted.name, current_user;
    end;
  end loop;
end
$$;

-- The login role owns nothing and inherits nothing: it is nobody until it switches to one of these.
do $$
begin
  grant anon, authenticated, service_role to codingit_api;
exception
  when insufficient_privilege or undefined_object then
    raise warning 'codingit_api was not granted the roles it switches to: %', sqlerrm;
end
$$;

-- A platform that keeps extensions out of `public` has a schema `extensions` on everybody's search path.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['vector', 'pg_trgm', 'btree_gin'] loop
    execute format(
      'create extension if not exists %I with schema %I',
      wanted,
      case when pg_catalog.to_regnamespace('extensions') is null then 'public' else 'extensions' end
    );
  end loop;
end
$$;

-- Helpers of policies and triggers. Not a schema that an HTTP gateway exposes.
create schema if not exists codingit;
revoke all on schema codingit from public;
revoke create on schema public from public;

create schema if not exists auth;

do $$
begin
  if to_regclass('auth.users') is null then
    create table auth.users (
      id uuid primary key default gen_random_uuid(),
      email text unique,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table auth.users enable row level security;
    revoke all on auth.users from public, anon, authenticated;
    grant select, insert, update, delete on auth.users to service_role;
    grant usage on schema auth to anon, authenticated, service_role;
  end if;

  if to_regprocedure('auth.jwt()') is null then
    create function auth.jwt() returns jsonb
      language sql stable
      return coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb;
    revoke all on function auth.jwt() from public;
    grant execute on function auth.jwt() to anon, authenticated, service_role;
  end if;

  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid
      language sql stable
      return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
    revoke all on function auth.uid() from public;
    grant execute on function auth.uid() to anon, authenticated, service_role;
  end if;

  if to_regprocedure('auth.role()') is null then
    create function auth.role() returns text
      language sql stable
      return nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role';
    revoke all on function auth.role() from public;
    grant execute on function auth.role() to anon, authenticated, service_role;
  end if;
end
$$;
