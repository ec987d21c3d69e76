"""What a labelled query is, and how files of them are read.

A file is a JSON list of objects with repo, language, category, query, relevant and secondary. The last two are paths
relative to the repository's root; what a query is to find is both of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models.errors import SetupError

FIELDS = ("repo", "language", "category", "query", "relevant", "secondary")
# The queries that come with the project.
SHIPPED = Path(__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A query with what it should find."""

    repo: str
    language: str
    category: str
    query: str
    relevant: tuple[str, ...]
    secondary: tuple[str, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        return self.relevant + self.secondary


def read_queries(path: Path) -> list[Labelled]:
    """The queries of a file, or of each .json file of a folder. Raises SetupError for what is none."""
    if path.is_dir():
        return [query for file in sorted(path.glob("*.json")) for query in read_queries(file)]
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [_labelled(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(
            f"{path} holds no labelled queries: {error}.", hint=f"Write a list of objects with {', '.join(FIELDS)}."
        ) from error


def _labelled(row: dict[str, object]) -> Labelled:
    repo, language, category, query = (str(row[name]) for name in FIELDS[:4])
    relevant, secondary = (_paths(row[name]) for name in FIELDS[4:])
    if not relevant:
        raise ValueError(f"{query!r} has nothing to find")
    return Labelled(repo, language, category, query, relevant, secondary)


def _paths(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(path, str) for path in value):
        raise TypeError(f"{value!r} is not a list of paths")
    return tuple(value)
