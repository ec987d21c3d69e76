"""What one can ask of code whose answer is known beforehand: its names, its names misspelt, its documentation."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from indexer.describing import doc_of
from indexer.languages import HEAD_LENGTH, language_of
from indexer.parsing import Definition, parse_source
from indexer.roles import role_of
from indexer.source_text import SourceText
from models.kinds import ChunkKind, FileRole

PARSE_SECONDS = 2.0
ASKED_KINDS = frozenset({ChunkKind.FUNCTION, ChunkKind.METHOD, ChunkKind.CLASS, ChunkKind.INTERFACE, ChunkKind.TYPE})
# Shorter names are everywhere, and a letter less of them is another name.
SHORTEST_NAME = 5
SHORTEST_MISSPELT = 8
FEWEST_WORDS = 4
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Asked(StrEnum):
    """How a thing is asked for."""

    NAME = "name"
    MISSPELT = "misspelt"
    DOCUMENTATION = "documentation"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A query, the file that answers it (relative to the directory), and the name that is defined there."""

    asked: Asked
    query: str
    path: str
    name: str


def known_items(files: Iterable[tuple[str, str]], most: int) -> list[KnownItem]:
    """So many items of the files (path, text), a third of each kind as far as there are; the same for the same files.

    A sentence that documents two things asks for neither; a name that two files define is answered by any of its
    definitions.
    """
    found = sorted((item for path, text in files for item in _items_of(path, text)), key=lambda item: item.query)
    said: dict[str, set[str]] = {}
    for item in found:
        said.setdefault(item.query, set()).add(item.path)
    chosen: list[KnownItem] = []
    for asked in Asked:
        kind = [
            item
            for item in {each.query: each for each in found if each.asked is asked}.values()
            if asked is not Asked.DOCUMENTATION or len(said[item.query]) == 1
        ]
        share = -(-most // len(Asked))
        chosen += kind if len(kind) <= share else random.Random(1).sample(kind, share)  # noqa: S311
    random.Random(2).shuffle(chosen)  # noqa: S311
    return chosen[:most]


def _items_of(path: str, text: str) -> Iterator[KnownItem]:
    language = language_of(path, text[:HEAD_LENGTH])
    if language is None or language.grammar is None or role_of(path) is not FileRole.IMPLEMENTATION:
        return
    source = text.encode("utf-8", "surrogatepass")
    parsed = parse_source(language, source, PARSE_SECONDS)
    if parsed is None:
        return
    lines = SourceText(source, len(source) + 1)
    for definition in parsed.definitions:
        if definition.kind in ASKED_KINDS:
            yield from _of_definition(path, definition, doc_of(lines, definition))


def _of_definition(path: str, definition: Definition, doc: str | None) -> Iterator[KnownItem]:
    name = definition.symbol.rsplit(".", 1)[-1]
    if len(name) >= SHORTEST_NAME and not name.startswith("__"):
        yield KnownItem(Asked.NAME, name, path, name)
    if len(name) >= SHORTEST_MISSPELT and not name.startswith("__"):
        yield KnownItem(Asked.MISSPELT, _misspell(name), path, name)
    sentence = _SENTENCE_END.split(doc or "", maxsplit=1)[0].strip()
    if len(_WORD.findall(sentence)) >= FEWEST_WORDS:
        yield KnownItem(Asked.DOCUMENTATION, sentence, path, name)


def _misspell(name: str) -> str:
    """Two neighbours in the middle change places, or, where they are the same, one of them goes."""
    middle = len(name) // 2
    first, second = name[middle - 1], name[middle]
    swapped = second + first if first != second else first
    return name[: middle - 1] + swapped + name[middle + 1 :]


def rank_of(item: KnownItem, results: Sequence[tuple[str, str | None]]) -> int | None:
    """The 1-based rank of the first result (path, symbol) that answers; a name is answered wherever it is defined."""
    for rank, (path, symbol) in enumerate(results, 1):
        if path == item.path or path.endswith("/" + item.path):
            return rank
        if item.asked is not Asked.DOCUMENTATION and (symbol or "").rsplit(".", 1)[-1] == item.name:
            return rank
    return None
