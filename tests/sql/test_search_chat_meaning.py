"""What codingit.search_chat_meaning finds in more parts than it compares first: the same as an order of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID

import psycopg
import pytest

from models.caller import user
from sql.database import Connection
from tests.conftest import become

# More than are compared before the bound is known, and another user's before them in the table.
PARTS = 6_000
FILL = """
insert into auth.users (id, email)
  select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.org' from generate_series(1, 2) n;
insert into chat_sessions (id, session_id, user_id) select id, id::text, id from auth.users;
insert into embedding_models (name, revision, dimensions, chunker_version, active) values ('m', 'r', 3, 1, true);
insert into chat_message_cache (session_id, message_id, role, content, created_at)
  select session.id, n::text, case when n % 100 = 0 then 'assistant' else 'user' end, 'message',
    '2026-01-01'::timestamptz + n * interval '1 second'
  from chat_sessions as session cross join generate_series(1, {parts}) n;
select setseed(0.5);
insert into chat_embeddings (message_id, model_id, part, user_id, start_at, end_at, embedding)
  select message.id, model.id, 0, message.user_id, 0, 1,
    l2_normalize(array[random() - 0.5, random() - 0.5, random() - 0.5]::vector)::halfvec
  from chat_message_cache as message cross join embedding_models as model
  order by message.user_id, message.message_id::int;
"""
ALICE = UUID(int=2)
ASKED = "[0.6,0.64,0.48]"
MOST = 50


@pytest.fixture(scope="module")
def crowd(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with clone() as url:
        with psycopg.connect(url, autocommit=True) as filling:
            filling.execute("set search_path = public, extensions")
            filling.execute(FILL.format(parts=PARTS).encode())
            filling.execute("vacuum analyze chat_message_cache, chat_embeddings")
        yield url


def distances(connection: Connection, statement: str) -> list[float]:
    connection.execute("set local search_path = public, extensions, codingit")
    return [round(row[0], 4) for row in connection.execute(statement.encode(), {"user": ALICE, "asked": ASKED})]


@pytest.mark.parametrize("role", [None, "user", "assistant"])
def test_the_nearest_of_all_parts_are_found(crowd: str, role: str | None) -> None:
    told = "null" if role is None else f"'{role}'"
    with psycopg.connect(crowd) as connection:
        become(connection, user(ALICE))
        found = distances(
            connection,
            "select -score from codingit.search_chat_meaning((select id from embedding_models), %(asked)s, null, null, "
            f"{told}, null, null, null, null, false, {MOST})",
        )
        become(connection, None)
        expected = distances(
            connection,
            "select part.embedding <#> %(asked)s::halfvec from chat_embeddings as part "
            "join chat_message_cache as message on message.id = part.message_id "
            f"where part.user_id = %(user)s and ({told} is null or message.role = {told}) order by 1 limit {MOST}",
        )
    # What the filters leave may come twice.
    assert list(dict.fromkeys(sorted(found)))[:MOST] == list(dict.fromkeys(expected))
    assert len(expected) == MOST
