"""Which files are written from a migrated database, and what stands in each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psycopg

from sql.generating.catalog import read_catalog
from sql.generating.dumping import dump_schema
from sql.generating.python_rows import render_python_rows
from sql.generating.typescript import render_typescript
from sql.server import ServerAddress

ROOT = Path(__file__).parents[2]
ROWS = Path("models/rows")
TYPESCRIPT = Path("models/database.types.ts")
DUMP = Path("sql/schema.sql")


def generate(address: ServerAddress, database: str) -> dict[Path, str]:
    """The text of each file by its path below the repository."""
    with psycopg.connect(address.url(database=database)) as connection:
        catalog = read_catalog(connection)
    rows = {ROWS / name: text for name, text in render_python_rows(catalog).items()}
    return {**rows, TYPESCRIPT: render_typescript(catalog), DUMP: dump_schema(address, database)}


def stale_files(files: Iterable[Path], root: Path = ROOT) -> list[Path]:
    """Modules of the rows that no table stands behind any more."""
    kept = set(files)
    return [path for path in sorted(ROWS / module.name for module in (root / ROWS).glob("*.py")) if path not in kept]
