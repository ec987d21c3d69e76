"""`python -m sql.generating`: a new cluster, migrated, and what this repository keeps of its schema written again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sql.generating.generation import ROOT, generate, stale_files
from sql.migrating import migrate
from sql.server import EmbeddedServer


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="codingit-rows-"))
    # As root the server runs under an account of its own, which has to reach its data.
    folder.chmod(0o755)
    try:
        with EmbeddedServer(folder / "pg", {"fsync": "off"}).running() as address:
            migrate(address.url())
            files = generate(address, address.database)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for path in stale_files(files):
        (ROOT / path).unlink()
    for path, text in files.items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    print(f"{len(files)} files written from the migrated schema.")


if __name__ == "__main__":
    main()
