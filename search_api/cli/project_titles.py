"""Which project a directory is: its name, unless another directory of the same name took that before."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

TITLES_FILE = "projects.json"


def title_of(directory: Path, data_dir: Path, wanted: str | None = None) -> str:
    """The project's title; a wanted one is taken as it is. The choice is kept.

    Two directories under one title would delete each other's files in turn.
    """
    root = os.path.realpath(directory)
    titles = _load(data_dir)
    if wanted is None:
        known = known_title(directory, data_dir)
        if known is not None:
            return known
    title = wanted or _free_title(os.path.basename(root) or "workspace", titles)
    if titles.get(title) != root:
        _save(data_dir, {**titles, title: root})
    return title


def known_title(directory: Path, data_dir: Path) -> str | None:
    """The title under which the directory was indexed from this machine, or None."""
    root = os.path.realpath(directory)
    return next((title for title, path in _load(data_dir).items() if path == root), None)


def _free_title(name: str, titles: dict[str, str]) -> str:
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(title for title in numbered if title not in titles)


def _load(data_dir: Path) -> dict[str, str]:
    try:
        titles = json.loads((data_dir / TITLES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(title): str(path) for title, path in titles.items()} if isinstance(titles, dict) else {}


def _save(data_dir: Path, titles: dict[str, str]) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    scratch = data_dir / f".{TITLES_FILE}-{os.getpid()}"
    scratch.write_text(json.dumps(titles, indent=2, ensure_ascii=True), encoding="utf-8")
    scratch.replace(data_dir / TITLES_FILE)
