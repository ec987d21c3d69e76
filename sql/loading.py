"""Where a query's text comes from: the file of its name under queries/."""

from __future__ import annotations

from functools import cache
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"


@cache
def query(name: str) -> bytes:
    """The text of queries/NAME.sql; bytes, because psycopg takes trusted SQL as a literal or as bytes."""
    return (QUERIES / f"{name}.sql").read_bytes()
