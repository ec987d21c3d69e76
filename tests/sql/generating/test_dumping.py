"""What a dump for review holds, and what of pg_dump's text it leaves out."""

from __future__ import annotations

import psycopg
import pytest

from models.errors import SetupError
from sql.generating.dumping import HEAD, dump_schema, readable_dump
from sql.server import ServerAddress

DUMPED = """\
--
-- PostgreSQL database dump
--

\\restrict {token}

-- Dumped from database version 18.{minor}

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: EXTENSION vector; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION vector IS 'vectors, version {minor}';


--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.f() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  -- SET default_tablespace = '';

  null;
end $$;


--
-- Name: FUNCTION f(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.f() IS 'does nothing';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: t; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.t (
    n integer
);


--
-- Name: t read it; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY "read it" ON public.t FOR SELECT USING (true);


--
-- Name: POLICY "read it" ON t; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON POLICY "read it" ON public.t IS '0123456789abcdef0123456789abcdef';


--
-- Name: POLICY "write it" ON t; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON POLICY "write it" ON public.t IS 'said by somebody';


--
-- PostgreSQL database dump complete
--

\\unrestrict {token}

"""
READABLE = """
CREATE FUNCTION public.f() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  -- SET default_tablespace = '';

  null;
end $$;

COMMENT ON FUNCTION public.f() IS 'does nothing';

CREATE TABLE public.t (
    n integer
);

CREATE POLICY "read it" ON public.t FOR SELECT USING (true);

COMMENT ON POLICY "write it" ON public.t IS 'said by somebody';
"""


@pytest.mark.parametrize(("token", "minor"), [("abc", 6), ("xyz", 7)])
def test_two_dumps_of_a_schema_read_the_same(token: str, minor: int) -> None:
    assert readable_dump(DUMPED.format(token=token, minor=minor)) == HEAD + READABLE


def test_a_database_that_is_not_there_is_an_error_of_setup(server: ServerAddress) -> None:
    with pytest.raises(SetupError, match='database "nowhere" does not exist'):
        dump_schema(server, "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        "create table public.added (n int)",
        "alter table public.projects alter column title drop not null",
        "alter table public.projects disable row level security",
        "alter table public.projects no force row level security",
        "alter table public.projects drop constraint projects_title_check",
        'drop policy "owners read their projects" on public.projects',
        "drop index public.idx_tasks_status",
        "grant truncate on public.projects to authenticated",
        "revoke execute on function public.soft_delete_project(uuid) from authenticated",
        "alter function public.soft_delete_project(uuid) security invoker",
        "alter function public.soft_delete_project(uuid) reset search_path",
        "alter type public.task_status_enum add value 'lost'",
        "drop trigger set_updated_at on public.projects",
    ],
)
def test_a_change_of_any_kind_is_seen(server: ServerAddress, url: str, change: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        before = dump_schema(server, connection.info.dbname)
        connection.execute(change.encode())

        assert dump_schema(server, connection.info.dbname) != before
