"""Where a local service keeps its database, its secret and its logs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def default_data_dir() -> Path:
    """The user's data directory; as root a folder meant for services, since the server runs under another account."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/codingit")
    return platformdirs.user_data_path("codingit", appauthor=False)


def find_data_dir() -> Path:
    """The directory that the settings name, found without loading them: a search should start in no time."""
    return Path(os.environ.get("CODINGIT_DATA_DIR") or default_data_dir()).expanduser()


def find_closed_folder(data_dir: Path) -> Path | None:
    """As root, the folder on the way that the account of the embedded server may not enter; else None."""
    if os.geteuid() != 0:
        return None
    way = data_dir.expanduser().resolve()
    return next((folder for folder in (*reversed(way.parents), way) if folder.exists() and _is_closed(folder)), None)


def _is_closed(folder: Path) -> bool:
    return not folder.stat().st_mode & 0o001
