"""What is never trained on: the projects that search is measured with, under any packaging, and copies of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from zlib import crc32

NAMES_FILE = Path(__file__).with_name("keep_out.txt")
# How the registries decorate the name of a project.
_PACKAGING = re.compile(
    r"^(?:golang-(?:github|gopkg|google|go\.?\w*|\w+)-|librust-|ruby-|php-|lua-|haskell-|libghc-|node-|python3?-|lib(?=.*-java$))"
)
_ENDING = re.compile(
    r"(?:-(?:dev|java|js|go|rs|py|rb|cpp|php|ruby|node|python))+$|\.(?:js|nvim|net|v\d+)$|[-_]?v?\d[\d.]*$"
)
_PART = re.compile(r"[-_./@]+")
# Names that are words of their own: a package with such a word in its name is another project, unless it is the name.
_WORDS_OF_THEIR_OWN = """
arrow black cats click echo express git lens next play plug react redis rich three chi warp zig json axiom carbon
bottle fiber hyper puma flask moment rocket rack celery mocha poison vapor zlib curl vim openssl sqlite
"""
_COMMON_WORDS = frozenset(_WORDS_OF_THEIR_OWN.split())
# Files that share this part of their line groups with a measured source are copies of it.
COPIED_SHARE = 0.2
GROUP_LINES = 4
LINE_LENGTH = 25


@cache
def kept_out_names(path: Path = NAMES_FILE) -> frozenset[str]:
    lines = (line.split("#")[0].strip().lower() for line in path.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


def keeps_out_package(name: str) -> bool:
    """Whether a package is one of the projects, or of the family around it (`serde-json`, `symfony-yaml`)."""
    names = kept_out_names()
    lowered = name.lower()
    bare = _bare(_PACKAGING.sub("", lowered))
    last = _bare(lowered.split("/")[-1])
    if {lowered, bare, last, _bare(lowered)} & names:
        return True
    parts = [part for part in _PART.split(lowered) if part]
    runs = {"-".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)}
    runs |= {_bare(run) for run in runs}
    return bool(runs & (names - _COMMON_WORDS))


def keeps_out_path(path: str) -> bool:
    """Whether a folder or file is named like one of the projects, as vendored copies are."""
    names = kept_out_names()
    parts = PurePosixPath(path.lower()).parts
    return any(part in names or _bare(part) in names or part.split(".")[0] in names for part in parts)


def _bare(name: str) -> str:
    before = None
    while before != name:
        before, name = name, _ENDING.sub("", name)
    return name


def line_groups(text: str) -> frozenset[int]:
    """Hashes of each few lines that follow one another, blanks and short lines left out."""
    lines = [line for line in ("".join(line.split()) for line in text.splitlines()) if len(line) >= LINE_LENGTH]
    return frozenset(
        crc32("\n".join(lines[start : start + GROUP_LINES]).encode("utf-8", "surrogatepass"))
        for start in range(len(lines) - GROUP_LINES + 1)
    )


def groups_of_sources(folder: Path) -> frozenset[int]:
    """The line groups of all files in a folder."""
    found: set[int] = set()
    for content in _texts(path for path in sorted(folder.rglob("*")) if path.is_file()):
        found |= line_groups(content)
    return frozenset(found)


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        try:
            yield path.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue


def is_copied(text: str, measured: frozenset[int]) -> bool:
    groups = line_groups(text)
    return bool(groups) and len(groups & measured) > COPIED_SHARE * len(groups)
