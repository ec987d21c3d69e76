"""Tests that a page of a session costs what a page costs, wherever in the session it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from sql.loading import query
from tests.chatting import START, new_session
from tests.conftest import become, make_user, signed_in

LENGTH = 5_000
TIMED = LENGTH - 20
PAGE = 10


@pytest.fixture(scope="module")
def session(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[tuple[psycopg.Connection, UUID]]:
    """A session of which the last few messages have no time."""
    with clone() as url, psycopg.connect(url, autocommit=True) as connection:
        user_id = make_user(connection)
        session_id = new_session(connection, user_id)
        connection.execute(
            """insert into chat_message_cache (session_id, message_id, role, content, created_at)
            select %(session)s, number::text, 'user', 'said', case when number <= %(timed)s then
              %(start)s + number * interval '1 minute' end
            from generate_series(1, %(length)s) as number""",
            {"session": session_id, "length": LENGTH, "timed": TIMED, "start": START},
        )
        connection.execute("vacuum analyze chat_message_cache")
        with connection.transaction():
            become(connection, signed_in(user_id))
            yield connection, session_id


def rows_read(plan: dict[str, Any]) -> int:
    """How many rows the scans of a plan have looked at."""
    if "Plans" in plan:
        return sum(rows_read(each) for each in plan["Plans"])
    return int((plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"])


@pytest.mark.parametrize("name", ["list_session_messages", "list_earlier_messages"])
@pytest.mark.parametrize("number", [1, LENGTH // 2, TIMED - 1, TIMED + 5, LENGTH - 1])
def test_a_page_reads_no_more_than_its_messages(
    session: tuple[psycopg.Connection, UUID], name: str, number: int
) -> None:
    connection, session_id = session
    place: tuple[datetime | None, UUID] | None = connection.execute(
        "select created_at, id from chat_message_cache where session_id = %s order by created_at, id offset %s limit 1",
        (session_id, number),
    ).fetchone()
    assert place is not None
    moment, row_id = place
    parameters = {"session_id": session_id, "moment": moment, "last_id": row_id, "first_id": row_id, "most": PAGE}

    statement = b"explain (analyze, format json) " + query(f"sessions/{name}")
    explained = connection.execute(statement, parameters).fetchone()

    assert explained is not None
    # The few without a time may be read besides.
    assert rows_read(explained[0][0]["Plan"]) <= 2 * PAGE + LENGTH - TIMED
