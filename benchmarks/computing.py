"""What a search computes, in this thread and in its connection's backend: a busy machine changes that least."""

from __future__ import annotations

from pathlib import Path

from models.caller import Caller
from sql.database import Database


def backend_of(database: Database, caller: Caller) -> int:
    """The process that answers a pool of one connection."""
    with database.acting_as(caller) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
    if row is None:
        raise RuntimeError("the database did not tell its process")
    backend: int = row[0]
    return backend


def computed(process: int) -> float:
    """Seconds that a process has computed, of Linux only; clock ticks would be too coarse."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
