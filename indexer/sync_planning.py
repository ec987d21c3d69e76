"""Which stored paths are gone, which of them only moved, and which stand in the way of what is to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set

from indexer.file_store import FileMove


def find_gone(stored: Mapping[str, str], local: Set[str], unseen: Iterable[str]) -> dict[str, str]:
    """The stored paths, with their hashes, that are no longer there; what could not be seen is not gone."""
    hidden = {path.rstrip("/") for path in unseen}
    return {
        path: content_hash
        for path, content_hash in stored.items()
        if path not in local and path not in hidden and hidden.isdisjoint(_folders_of(path))
    }


def find_blocking(gone: Iterable[str], wanted: Set[str]) -> frozenset[str]:
    """The gone paths where a file is to become a folder, or a folder a file."""
    folders = {folder for path in wanted for folder in _folders_of(path)}
    return frozenset(path for path in gone if path in folders or not wanted.isdisjoint(_folders_of(path)))


def match_moves(gone: Mapping[str, str], arrived: Mapping[str, str]) -> list[FileMove]:
    """Pair gone paths with new ones by content; of several the one of the same name, then the first."""
    by_hash: dict[str, list[str]] = defaultdict(list)
    for path in sorted(gone):
        by_hash[gone[path]].append(path)
    moves = []
    for path in sorted(arrived):
        if candidates := by_hash.get(arrived[path]):
            origin = next((each for each in candidates if _name_of(each) == _name_of(path)), candidates[0])
            candidates.remove(origin)
            moves.append(FileMove(path, origin))
    return moves


def _name_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _folders_of(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
