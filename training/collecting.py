"""From a fetched package to its files and its pairs, and what ties its files together: tests and readmes."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from indexer.languages import language_of
from indexer.roles import role_of
from models.kinds import ChunkKind
from models.tokens import split_identifier
from training.documenting import clean_doc, sentences
from training.extracting import Pair, Piece, pairs_of, pieces_of
from training.keep_out import is_copied, keeps_out_path
from training.licences import allows_file, is_permissive, licence_of
from training.packages import Package, Use
from training.unpacking import METADATA, is_written, unpack_package, version_of

# So that no package outweighs the others: of each, so many files and characters, the rest by chance left out.
MOST_FILES = 260
MOST_CHARACTERS = 1_600_000
SMALLEST_FILE = 300
_CALL = re.compile(r"\b([A-Za-z_]\w{3,})\s*(?:\(|\.|::|<|!)")
_TICKED = re.compile(r"`+([A-Za-z_][\w.:#]{3,60})(?:\([^`]*\))?`+")
_SAID = re.compile(r"\b(?:it|test|describe|specify|context|should|scenario)\b[ (]+[\"'`]([^\"'`\n]{12,120})[\"'`]")
_HEADING = re.compile(r"^#{1,4}\s+(.+)$|^([^\n]{4,60})\n[=\-~^]{4,}$", re.MULTILINE)
_TEST = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|__tests__|testing)(?:[/_.-]|$)|_test\.|Tests?\.(?:java|cs|php|kt|swift)$|Spec\."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What no file may be a copy of, by line groups, and the files (package, path) that are known to be copies."""

    measured: frozenset[int] = frozenset()
    held_out: frozenset[int] = frozenset()
    copies: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Collected:
    """What came of a package, and why parts of it did not."""

    version: str
    licence: str
    pairs: list[Pair] = field(default_factory=list)
    characters: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    copied: list[str] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    languages: dict[int, str] = field(default_factory=dict)


def collect_package(package: Package, folder: Path, known: Known, seed: int) -> Collected:
    """Deterministic for the same archives: the choice of files and of pairs comes from the package's name."""
    chance = random.Random(f"{seed} {package.key}")
    files: dict[str, str] = {}
    metadata: dict[str, str] = {}
    found = Collected(version_of(package, folder), "")
    for path, raw in unpack_package(package, folder):
        if path.rsplit("/", 1)[-1] in METADATA:
            if path.count("/") <= 6:
                metadata[path] = raw.decode("utf-8", "replace")
            continue
        if (reason := _reason_against(path, raw)) is not None:
            found.left_out[reason] += 1
            continue
        files[path] = raw.decode("utf-8")
    found.licence = package.licence or licence_of(dict(sorted(metadata.items(), key=lambda each: each[0].count("/"))))
    if not is_permissive(found.licence):
        found.left_out["licence of the package"] += len(files)
        return found
    chosen: dict[str, str] = {}
    characters = 0
    for path in chance.sample(sorted(files), len(files)):
        text = files[path]
        if len(chosen) >= MOST_FILES or characters + len(text) > MOST_CHARACTERS:
            found.left_out["enough of the package"] += 1
            continue
        if not allows_file(text):
            found.left_out["licence of the file"] += 1
        elif not is_written(text):
            found.left_out["generated or minified"] += 1
        elif (package.key, path) in known.copies or is_copied(text, known.measured):
            found.left_out["copy of a measured source"] += 1
            found.copied.append(path)
        elif package.use is Use.TRAIN and is_copied(text, known.held_out):
            found.left_out["copy of a held-out package"] += 1
        else:
            chosen[path] = text
            characters += len(text)
    _collect_pairs(found, chosen, chance)
    return found


def _reason_against(path: str, raw: bytes) -> str | None:
    if keeps_out_path(path):
        return "name that is kept out"
    if len(raw) < SMALLEST_FILE:
        return "small"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    return None


def _collect_pairs(found: Collected, files: dict[str, str], chance: random.Random) -> None:
    defined: dict[str, list[tuple[int, str, Piece]]] = defaultdict(list)
    tests: list[tuple[str, str, list[str], list[Piece]]] = []
    prose: list[str] = []
    for number, (path, text) in enumerate(sorted(files.items())):
        language = language_of(path, text[:200])
        if language is None:
            continue
        if language.name in {"markdown", "text", "rst"}:
            prose.append(text)
            found.characters["prose"] += len(text)
            continue
        taken = pieces_of(path, text)
        if taken is None:
            continue
        name, lines, pieces = taken
        is_test = _TEST.search(path) is not None or role_of(path).value == "test"
        found.characters[name] += len(text)
        found.languages[number] = name
        if chance.random() < 0.15 or not found.sample:
            found.sample.append(text[:20_000])
        found.pairs.extend(pairs_of(path, lines, pieces, number, chance, is_test=is_test))
        if is_test:
            tests.append((path, text, lines, pieces))
        else:
            for piece in pieces:
                defined[piece.definition.name].append((number, path, piece))
    unique = {name: places[0] for name, places in defined.items() if len(places) == 1 and len(name) >= 4}
    found.pairs.extend(_pairs_of_tests(tests, unique))
    found.pairs.extend(_pairs_of_prose(prose, unique))


def _pairs_of_tests(
    tests: list[tuple[str, str, list[str], list[Piece]]], unique: dict[str, tuple[int, str, Piece]]
) -> Iterator[Pair]:
    """What a test says that it checks, and the definition that it calls which nothing else is named like."""
    for _, text, lines, pieces in tests:
        for piece in pieces:
            words = [word for word in split_identifier(piece.definition.name) if word.lower() not in {"test", "tests"}]
            if len(words) >= 3 and piece.definition.kind in {ChunkKind.FUNCTION, ChunkKind.METHOD}:
                said = " ".join(words).lower()
                yield from _tested(said, "\n".join(lines[piece.first : piece.last + 1]), unique)
        for match in _SAID.finditer(text):
            yield from _tested(match[1], text[match.end() : match.end() + 1_200], unique)


def _tested(said: str, body: str, unique: dict[str, tuple[int, str, Piece]]) -> Iterator[Pair]:
    called = [name for name in _CALL.findall(body) if name in unique]
    if called:
        name = Counter(called).most_common(1)[0][0]
        yield _pair_to("test", said, unique[name])


def _pair_to(kind: str, query: str, target: tuple[int, str, Piece]) -> Pair:
    from indexer.preparing import path_text

    number, path, piece = target
    return Pair(kind, query, piece.document, path_text(path), hash((number, piece.first)) & 0x7FFFFFFF, number)


def _pairs_of_prose(prose: list[str], unique: dict[str, tuple[int, str, Piece]]) -> Iterator[Pair]:
    """A section of a readme, and the one definition that it names most."""
    for text in prose:
        edges = [match.start() for match in _HEADING.finditer(text)] + [len(text)]
        for start, end in pairwise(edges):
            section = text[start:end]
            heading = _HEADING.match(section)
            named = Counter(
                name for found in _TICKED.findall(section) if (name := re.split(r"[.:#]+", found)[-1]) in unique
            )
            if heading is None or not named:
                continue
            target = unique[named.most_common(1)[0][0]]
            title = " ".join((heading[1] or heading[2]).replace("`", "").split())
            said = clean_doc(section[heading.end() :].strip())
            if title.count(" ") >= 1:
                yield _pair_to("section", title, target)
            if said:
                yield _pair_to("section", sentences(said)[0], target)
