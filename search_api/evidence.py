"""What speaks for a file: pure, from the candidates among its chunks and the query's words to named numbers in [0, 1].

People look for a place in code, which is a file with a chunk in it to start at; so the evidence of a file's chunks is
put together before files are compared, and each file is represented by the chunk that answers best.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import mul
from pathlib import PurePosixPath
from typing import NamedTuple

from models.kinds import ChunkKind, FileRole
from models.tokens import whole_form
from search_api.exact_fit import fit_name, fit_path
from search_api.name_likeness import NameReader, parts_of
from search_api.query_words import QueryWords
from sql.search import Candidate

# What the chunks of a file count for it, the best first.
SUPPORTING_CHUNKS = (0.5, 0.25, 0.125, 0.0625, 0.03125)
# Names of a chunk that are compared; a list of a thousand constants is not about any of them.
COMPARED_NAMES = 16
# What a name's fit adds to a chunk's words and meaning when the file's best chunk is chosen.
NAME_IN_CHUNK = 0.7
# More than words and meaning together: who types a name wants to see its definition.
EXACT_NAME_IN_CHUNK = 3.0
# Files that stand for their folder: their own name says nothing.
ENTRY_NAMES = frozenset({"__init__", "__main__", "index", "mod", "lib", "main", "init", "package"})
# Kept for those who have not moved on: what it does is done elsewhere too.
FORMER_FOLDERS = frozenset({"legacy", "compat", "compatibility", "deprecated", "old", "obsolete"})
_QUALIFIER = re.compile(r"[.:#]+")
_VERSION = re.compile(r"v(\d{1,3})")
# Queries come back to the same files and names.
_CACHED_PATHS = 2**16
DECLARING_KINDS = frozenset({ChunkKind.INTERFACE, ChunkKind.TYPE})
# Words by which a query asks for files of a role.
ROLE_WORDS: Mapping[FileRole, frozenset[str]] = {
    FileRole.DOCUMENTATION: frozenset({"doc", "document", "readm", "guid", "changelog", "tutorial"}),
    FileRole.EXAMPLE: frozenset({"exampl", "sampl", "demo"}),
    FileRole.TEST: frozenset({"test", "spec", "fixtur", "mock"}),
    FileRole.GENERATED: frozenset({"generat"}),
    FileRole.VENDORED: frozenset({"vendor"}),
}


class Sign(StrEnum):
    """A kind of evidence; each is a number in [0, 1]."""

    WORDS = "words"
    WORDS_OF_FILE = "words_of_file"
    MEANING = "meaning"
    MEANING_OF_FILE = "meaning_of_file"
    DEFINITION = "definition"
    NAME = "name"
    FILE_NAME = "file_name"
    FILE_NAME_SAID = "file_name_said"
    DECLARATION = "declaration"
    TEST = "test"
    DOCUMENTATION = "documentation"
    EXAMPLE = "example"
    GENERATED = "generated"
    VENDORED = "vendored"
    FORMER = "former"
    PATH = "path"
    NAMED_EXACTLY = "named_exactly"
    PHRASE = "phrase"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """A file's candidates, best chunk first, with what each is worth beside the others and what speaks for the file."""

    chunks: tuple[Candidate, ...]
    worth: tuple[float, ...]
    signs: Mapping[Sign, float]


def weigh_files(query: QueryWords, candidates: Sequence[Candidate]) -> list[FileEvidence]:
    """Put the candidates together by file, in the order of the files' first candidates."""
    if not candidates:
        return []
    by_file: dict[object, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_file[candidate.file_id].append(candidate)
    places = {file_id: _place_of(chunks[0].path) for file_id, chunks in by_file.items()}
    rarity = _rarity(places.values())
    reader = NameReader(query.words, [_rarity_of(rarity, len(places), word) for word in query.words])
    names = _NameFits(query)
    newest = _newest_versions(places.values())
    top = _Top.of(candidates)
    asks_for_version = _asks_for_version(query)
    found = []
    for file_id, chunks in by_file.items():
        place = places[file_id]
        at_path = fit_path(chunks[0].path, query.path) if query.path else 0.0
        scored = [_score(query, names, top, candidate) for candidate in chunks]
        # A file that is asked for by its path is shown from its top.
        scored.sort(key=_by_line if at_path else _by_worth)
        signs = _signs_of_chunks(scored, is_name=query.is_name)
        signs[Sign.PATH] = at_path
        signs |= _signs_of_place(place, reader, rarity)
        if scored[0].candidate.kind in DECLARING_KINDS:
            signs[Sign.DECLARATION] = 1.0
        role = _unasked_role(query, scored[0].candidate.role)
        if role is not None:
            signs[Sign(role.value)] = 1.0
        if not asks_for_version and place.is_former(newest):
            signs[Sign.FORMER] = 1.0
        found.append(FileEvidence(tuple([one[0] for one in scored]), tuple([one[-1] for one in scored]), signs))
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A file's path as the ranker sees it: the name that it goes by, and the versions that it belongs to."""

    name: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    kept_for_old: bool

    def is_former(self, newest: Mapping[str, int]) -> bool:
        return self.kept_for_old or any(version < newest[where] for where, version in self.versions)


@lru_cache(maxsize=_CACHED_PATHS)
def _place_of(path: str) -> _Place:
    parts = path.strip("/").split("/")
    folders, stem = parts[:-1], PurePosixPath(parts[-1]).stem
    # The first folder is the project.
    if stem.casefold() in ENTRY_NAMES and len(folders) > 1:
        stem = folders.pop()
    versions = tuple(
        ("/".join(parts[:depth]), int(match[1]))
        for depth, folder in enumerate(parts[:-1])
        if (match := _VERSION.fullmatch(folder))
    )
    former = any(folder.casefold() in FORMER_FOLDERS for folder in parts[:-1])
    return _Place(tuple(dict.fromkeys(parts_of(stem))), versions, former)


@dataclass(frozen=True, slots=True)
class _Top:
    """The best of each half: scores are shares of it, so that the two can be compared."""

    lexical: float
    dense: float

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> _Top:
        return cls(
            max((candidate.lexical or 0.0 for candidate in candidates), default=0.0),
            max((candidate.dense or 0.0 for candidate in candidates), default=0.0),
        )


class _Scored(NamedTuple):
    """A chunk with its share of the best words and the best meaning, how well its names fit, and what that is worth.

    A tuple: a query makes a hundred of them, at a third of a dataclass's time.
    """

    candidate: Candidate
    words: float
    meaning: float
    name: float
    defines: bool
    exactly: float
    worth: float


class _NameFits:
    """How well names fit one query, and whether it spells them; many chunks have the same names."""

    def __init__(self, query: QueryWords) -> None:
        self._spelled = query.spelled
        self._reader = NameReader(query.words, [1.0] * len(query.words))
        # However they are alike, two words begin with the same letter.
        self._initials = _initials(query.words)
        self._known: dict[str, tuple[float, bool]] = {}

    def fit(self, name: str) -> tuple[float, bool]:
        found = self._known.get(name)
        if found is None:
            parts, initials, whole = _read_name(name)
            likeness = self._reader.compare(parts).harmonic if initials & self._initials else 0.0
            found = self._known[name] = (likeness, whole in self._spelled)
        return found


def _by_worth(one: _Scored) -> tuple[float, int]:
    return -one.worth, one.candidate.start_line


def _by_line(one: _Scored) -> int:
    return one.candidate.start_line


def _score(query: QueryWords, names: _NameFits, top: _Top, candidate: Candidate) -> _Scored:
    words = (candidate.lexical or 0.0) / top.lexical if top.lexical > 0 else 0.0
    meaning = max(0.0, candidate.dense or 0.0) / top.dense if top.dense > 0 else 0.0
    name, defines = 0.0, False
    for each in _names_of(candidate):
        likeness, spelled = names.fit(each)
        if likeness > name:
            name = likeness
        defines = defines or spelled
    exactly = fit_name(candidate.symbol, candidate.defines, query.name) if query.name else 0.0
    worth = words + meaning + NAME_IN_CHUNK * (name + defines) + EXACT_NAME_IN_CHUNK * exactly
    return _Scored(candidate, words, meaning, name, defines, exactly, worth)


@lru_cache(maxsize=_CACHED_PATHS)
def _read_name(name: str) -> tuple[tuple[str, ...], int, str]:
    """A name's parts, with which letters these begin, and its whole form."""
    parts = parts_of(name)
    return parts, _initials(parts), whole_form(name)


def _initials(words: Iterable[str]) -> int:
    """The first letters as bits; letters of other scripts share some."""
    bits = 0
    for word in words:
        bits |= 1 << (ord(word[0]) & 63)
    return bits


def _names_of(candidate: Candidate) -> Sequence[str]:
    names = candidate.defines[:COMPARED_NAMES]
    if candidate.symbol:
        last = _last_name(candidate.symbol)
        if last not in names:
            return [*names, last]
    return names


@lru_cache(maxsize=_CACHED_PATHS)
def _last_name(symbol: str) -> str:
    return _QUALIFIER.split(symbol)[-1]


def _signs_of_chunks(scored: Sequence[_Scored], *, is_name: bool) -> dict[Sign, float]:
    _, words, meaning, names, defining, exactly, _ = zip(*scored, strict=True)
    return {
        Sign.WORDS: max(words),
        Sign.WORDS_OF_FILE: _fading(words),
        Sign.MEANING: max(meaning),
        Sign.MEANING_OF_FILE: _fading(meaning),
        Sign.DEFINITION: float(is_name and any(defining)),
        Sign.NAME: max(names),
        Sign.NAMED_EXACTLY: max(exactly),
    }


def _signs_of_place(place: _Place, reader: NameReader, rarity: Mapping[str, float]) -> dict[Sign, float]:
    name = reader.compare(place.name, rarity)
    return {Sign.FILE_NAME: name.harmonic, Sign.FILE_NAME_SAID: name.said}


def _fading(values: Iterable[float]) -> float:
    """The sum of the best few, each counting half as much as the one before, as a share of the most it can be."""
    total: float = sum(map(mul, sorted(values, reverse=True), SUPPORTING_CHUNKS))
    return total


def _rarity(places: Iterable[_Place]) -> dict[str, float]:
    """idf of the words of file names among the files found: `handler` says little where every file is one."""
    known = list(places)
    counted = Counter(part for place in known for part in place.name)
    return {part: _idf(len(known), times) for part, times in counted.items()}


def _rarity_of(rarity: Mapping[str, float], files: int, word: str) -> float:
    return rarity.get(word) or _idf(files, 0)


def _idf(files: int, times: int) -> float:
    return math.log(1.0 + files / (0.5 + times))


def _newest_versions(places: Iterable[_Place]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for place in places:
        for where, version in place.versions:
            newest[where] = max(version, newest.get(where, version))
    return newest


def _asks_for_version(query: QueryWords) -> bool:
    return any(_VERSION.fullmatch(word) or word in FORMER_FOLDERS for word in (*query.words, *query.spelled))


def _unasked_role(query: QueryWords, role: str) -> FileRole | None:
    """The role of a file that is not the implementation, unless the query asks for such files."""
    try:
        known = FileRole(role)
    except ValueError:
        return None
    return None if known is FileRole.IMPLEMENTATION or ROLE_WORDS[known] & set(query.words) else known
