"""When a file need not be read again: its stamp is that under which its hash was taken, and the stamp had settled."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from indexer.walking import FileStamp, FoundFile

# A file written twice within one tick of the file system's clock keeps its stamp; FAT's tick of 2 s is the longest.
SETTLED_NS = 2_000_000_000


@dataclass(slots=True)
class HashCache:
    """The hash of each file's stored text, so that a second sync in the same process reads only what was touched."""

    _entries: dict[str, tuple[FileStamp, str]] = field(default_factory=dict)

    def find(self, found: FoundFile) -> str | None:
        stamp, content_hash = self._entries.get(str(found.location), (None, None))
        return content_hash if stamp == found.stamp else None

    def keep(self, found: FoundFile, stamp: FileStamp, content_hash: str, *, read_at_ns: int) -> None:
        """Remember a hash, unless the file was written so shortly before that its stamp may be used twice."""
        if max(stamp.modified_ns, stamp.changed_ns) + SETTLED_NS <= read_at_ns:
            self._entries[str(found.location)] = (stamp, content_hash)

    def retain(self, locations: Set[str]) -> None:
        """Forget the files that are gone."""
        self._entries = {path: entry for path, entry in self._entries.items() if path in locations}
