"""Files that hold what was found before; REWRITE_GOLDEN=1 writes them anew, and the change shows in review."""

from __future__ import annotations

import os
from pathlib import Path


def check_golden(path: Path, found: str) -> None:
    """Compare with the file, line by line."""
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(found)
    assert found.splitlines() == path.read_text().splitlines()
