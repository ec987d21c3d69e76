"""The catalog of tests/sql/generating/odd.sql, read from a database."""

from __future__ import annotations

from pathlib import Path

from sql.database import Connection
from sql.generating.catalog import Catalog, read_catalog

ODD = Path(__file__).parent / "odd.sql"


def read_odd_catalog(connection: Connection) -> Catalog:
    """Makes the schema in the connection's transaction, which the caller rolls back."""
    connection.execute(ODD.read_bytes())
    return read_catalog(connection, "odd")
