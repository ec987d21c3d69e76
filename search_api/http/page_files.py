"""The page's files as they are served: all in memory, under a path that names their content, compressed once."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

FOLDER = Path(__file__).parents[1] / "page"
START = "index.html"
# Stands in the start page for the path below which its files are.
PLACEHOLDER = b"{{files}}"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file, its compressed form, and the tag that changes with it."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The start page, and the other files by their whole paths."""

    start: PageFile
    files: Mapping[str, PageFile]


@cache
def load_page(folder: Path = FOLDER) -> PageFiles:
    """Read the folder; nothing but what it held at that time is ever served."""
    found = dict(sorted(_contents(folder)))
    # One digest for all: modules name each other by relative paths, so they change their address together.
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    base = f"/page/{digest.hexdigest()[:16]}"
    start = found.pop(START).replace(PLACEHOLDER, base.encode())
    return PageFiles(
        start=_file(START, start),
        files={f"{base}/{name}": _file(name, content) for name, content in found.items()},
    )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.suffix in MEDIA_TYPES and path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _file(name: str, content: bytes) -> PageFile:
    # mtime=0: the same bytes whenever the service was started.
    compressed = gzip.compress(content, mtime=0)
    tag = hashlib.sha256(content).hexdigest()[:32]
    return PageFile(content, compressed, MEDIA_TYPES[PurePosixPath(name).suffix], f'"{tag}"')
