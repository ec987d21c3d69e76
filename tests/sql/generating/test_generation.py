"""What is committed is what the migrated database says: a change of the schema shows in review, or here."""

from __future__ import annotations

import difflib
from pathlib import Path

import psycopg

from sql.generating.generation import ROOT, ROWS, generate, stale_files
from sql.server import ServerAddress


def test_the_committed_files_are_those_of_the_migrated_schema(server: ServerAddress, url: str) -> None:
    with psycopg.connect(url) as connection:
        files = generate(server, connection.info.dbname)

    differences = [
        line
        for path, text in files.items()
        for line in difflib.unified_diff(
            (ROOT / path).read_text(encoding="utf-8").splitlines() if (ROOT / path).exists() else [],
            text.splitlines(),
            f"committed {path}",
            f"migrated {path}",
            lineterm="",
        )
    ]
    assert not differences, "run `make rows`:\n" + "\n".join(differences[:100])
    assert stale_files(files) == []


def test_a_module_without_a_table_is_stale(tmp_path: Path) -> None:
    (tmp_path / ROWS).mkdir(parents=True)
    for name in ("__init__.py", "kept.py", "gone.py"):
        (tmp_path / ROWS / name).touch()

    assert stale_files([ROWS / "__init__.py", ROWS / "kept.py"], tmp_path) == [ROWS / "gone.py"]
