"""A database that a Supabase project brings: its `auth` schema, roles and extensions are used as they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from models.caller import user
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import CodeQuery, search_code
from sql.database import Database
from sql.migrating import migrate
from sql.server import ServerAddress
from tests.indexing import index_now, new_user, put_file
from tests.stubs import StubEncoder

# What such a project has before anybody migrates it, as far as this service meets it.
PLATFORM = """
do $$
declare
  role text;
begin
  foreach role in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I nologin noinherit', role);
    end if;
  end loop;
  alter role service_role bypassrls;
end
$$;
create schema extensions;
create extension vector with schema extensions;
create extension pg_trgm with schema extensions;
create schema auth;
create table auth.users (
  instance_id uuid,
  id uuid primary key,
  email varchar(255),
  raw_user_meta_data jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  is_sso_user boolean not null default false
);
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;
grant usage on schema auth, extensions to anon, authenticated, service_role;
comment on function auth.uid() is 'the platform''s own';
"""
STATE = """
select pg_get_functiondef('auth.uid()'::regprocedure), obj_description('auth.uid()'::regprocedure),
  (select array_agg(attname::text order by attnum) from pg_attribute
    where attrelid = 'auth.users'::regclass and attnum > 0),
  (select relrowsecurity from pg_class where oid = 'auth.users'::regclass),
  (select array_agg(extname || ' in ' || nspname order by extname)
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname in ('vector', 'pg_trgm'))
"""


@pytest.fixture
def supabase(server: ServerAddress) -> Iterator[str]:
    name = f"supabase_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        connection.execute(f'alter database {name} set search_path = "$user", public, extensions'.encode())
    address = server.url(database=name)
    with psycopg.connect(address) as connection:
        connection.execute(PLATFORM)
    yield address
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def test_what_the_platform_brought_stays_as_it_is_and_searches_work_on_it(supabase: str) -> None:
    with psycopg.connect(supabase) as connection:
        before = connection.execute(STATE).fetchone()

    migrate(supabase)
    migrate(supabase)

    alice, bob, encoder = new_user(supabase), new_user(supabase), StubEncoder()
    for owner in (alice, bob):
        put_file(supabase, owner, f"/{owner}/prices.py", "def round_price(price):\n    return round(price, 2)\n")
    index_now(supabase, encoder)
    with Database(supabase, max_size=2) as database:
        active = ActiveEncoder(database, lambda _: encoder)
        reply = search_code(database, active, user(alice), CodeQuery("where are prices rounded"))

    with psycopg.connect(supabase) as connection:
        assert connection.execute(STATE).fetchone() == before
    assert [hit.path for hit in reply.results] == [f"/{alice}/prices.py"]
