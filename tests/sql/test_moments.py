"""Moments that Python does not have are read as its first or last one, and come back to the database as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.caller import SERVICE
from models.errors import InvalidRequestError
from sql.database import Database
from sql.moments import FarMoment

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("infinity", LAST),
        ("-infinity", FIRST),
        ("10000-01-01 00:00:00+00", LAST),
        ("294276-12-31 23:59:59.999999+00", LAST),
        ("0001-12-31 23:59:59.999999+00 BC", FIRST),
        ("0044-03-15 12:00:00+00 BC", FIRST),
        ("4713-11-24 00:00:00+00 BC", FIRST),
    ],
)
def test_a_moment_that_python_lacks_comes_back_as_it_was(
    database: Database, stored: str, read: datetime, binary: bool
) -> None:
    with database.acting_as(SERVICE) as connection:
        found = connection.execute("select %s::text::timestamptz", (stored,), binary=binary).fetchone()
        assert found == (read,)
        again = connection.execute("select %s = %s::text::timestamptz", (found[0], stored)).fetchone()

    assert isinstance(found[0], FarMoment)
    assert again == (True,)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize("moment", [FIRST, datetime(2026, 2, 3, 4, 5, 6, 7, UTC), LAST], ids=str)
def test_a_moment_that_python_has_is_read_as_ever(database: Database, moment: datetime, binary: bool) -> None:
    with database.acting_as(SERVICE) as connection:
        found = connection.execute("select %s::timestamptz", (moment,), binary=binary).fetchone()

    assert found == (moment,)
    assert type(found[0]) is datetime


def test_moments_in_arrays_are_read_too(database: Database) -> None:
    with database.acting_as(SERVICE) as connection:
        found = connection.execute("select array['infinity', null, '2026-01-01 00:00+00']::timestamptz[]").fetchone()

    assert found == ([LAST, None, datetime(2026, 1, 1, tzinfo=UTC)],)


@pytest.mark.parametrize("text", ["tomorrow", "12000-01-01", "infinity; select 1", ""])
def test_what_postgresql_does_not_write_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="no moment"):
        FarMoment.of(text)


def test_a_moment_that_no_calendar_has_is_refused_as_a_request(database: Database) -> None:
    nonsense = FarMoment.of("12000-13-41 00:00:00+00")

    with pytest.raises(InvalidRequestError), database.acting_as(SERVICE) as connection:
        connection.execute("select %s", (nonsense,)).fetchone()
