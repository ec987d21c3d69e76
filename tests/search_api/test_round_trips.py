"""How often a search goes to the database and back: what a database across a network makes one wait for."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from models.caller import user
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import CodeQuery, search_code
from sql.database import Database
from tests.indexing import index_now, new_user, put_file
from tests.stubs import StubEncoder


def round_trips(trace: str) -> int:
    """How often the client turned from sending to waiting, from libpq's trace; its second column is the direction."""
    directions = [fields[1] for line in trace.splitlines() if len(fields := line.split("\t")) > 2]
    assert {"F", "B"} <= set(directions)
    return sum(before == "F" and after == "B" for before, after in pairwise(directions))


def test_a_search_asks_twice(url: str, tmp_path: Path) -> None:
    caller = user(new_user(url))
    assert caller.user_id is not None
    put_file(url, caller.user_id, "/shop/prices.py", "def round_price(price):\n    return round(price, 2)\n")
    encoder = StubEncoder()
    index_now(url, encoder)
    with Database(url, max_size=1) as database, (tmp_path / "trace").open("w+") as trace:
        active = ActiveEncoder(database, lambda _: encoder)
        active.refresh()
        with database.acting_as(caller) as connection:
            connection.execute("select 1").fetchone()
            traced = connection
        traced.pgconn.trace(trace.fileno())
        reply = search_code(database, active, caller, CodeQuery("where are prices rounded"))
        traced.pgconn.untrace()
        told = Path(trace.name).read_text()

    assert [hit.path for hit in reply.results] == ["/shop/prices.py"]
    # Candidates with freshness; winners with the commit.
    assert round_trips(told) == 2, told
