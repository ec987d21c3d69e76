"""The pairs of query and code that one file gives: what people wrote about a piece of code, and the piece."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.languages import language_of
from indexer.parsing import Definition, parse_source
from indexer.preparing import path_text
from models.kinds import ChunkKind
from models.tokens import split_identifier
from training.documenting import (
    LONGEST_CODE,
    Documented,
    clean_doc,
    comment_above,
    documented,
    is_prose,
    line_span,
    sentences,
)
from training.querying import name_query, phrase_of, question_of

PARSE_SECONDS = 2.0
SMALLEST_CODE = 50
MOST_DEFINITIONS = 120
# How often a definition gives a pair of a kind, next to its documentation.
QUESTION_CHANCE = 0.35
PHRASE_CHANCE = 0.5
NAME_CHANCE = 0.4
COMMENT_CHANCE = 0.5
MESSAGE_CHANCE = 0.5
WORDS_CHANCE = 0.15
INSIDE_CHANCE = 0.3
BLOCK_LINES = 14
# Of one file, queries that ask for two of its definitions at once.
MOST_JOINT = 3
_JOINS = ("{} and {}", "how {} and {} work", "{}, {}", "how are {} and {} handled", "{} with {}")

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
_INLINE = re.compile(r"^\s*(?://|#|--|/\*)\s*([A-Za-z].{10,200}?)(?:\*/)?\s*$")
_MESSAGE = re.compile(r"\"((?:[^\"\\\n]|\\.){15,160})\"|'((?:[^'\\\n]|\\.){15,160})'|`((?:[^`\\\n]|\\.){15,160})`")
_CODE_LIKE = re.compile(r"[;{}=]|\w\(|==|</|https?:")
_CONTAINERS = {ChunkKind.CLASS, ChunkKind.INTERFACE, ChunkKind.ENUM, ChunkKind.TYPE, ChunkKind.MODULE}
_TEST_NAME = re.compile(
    r"^(?:test|should|it|when|given|bench|benchmark|example)[_A-Z\s]|(?:Test|Spec|Tests)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A query and the document that answers it. Pairs of one group are never each other's negatives.

    `wide` pairs ask for a file: nothing of the same file is their negative.
    """

    kind: str
    query: str
    document: str
    path: str
    group: int
    file: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A definition with its place, prose and code."""

    definition: Definition
    first: int
    last: int
    said: Documented

    @property
    def document(self) -> str:
        around = " ".join(self.definition.enclosing)
        return f"{around}\n{self.said.code}" if around else self.said.code


def pieces_of(path: str, content: str) -> tuple[str, list[str], list[Piece]] | None:
    """A file's language, lines and definitions; None where there is no grammar for it."""
    language = language_of(path, content[:200])
    if language is None or language.grammar is None:
        return None
    source = content.encode("utf-8", "surrogatepass")
    parsed = parse_source(language, source, PARSE_SECONDS)
    if parsed is None:
        return None
    lines = content.split("\n")
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    pieces = []
    for definition in parsed.definitions:
        if definition.kind in {ChunkKind.VARIABLE, ChunkKind.SECTION, ChunkKind.RULE}:
            continue
        first, last = line_span(starts, definition)
        pieces.append(Piece(definition, first, last, documented(lines, first, last, language.name)))
    return language.name, lines, pieces


def pairs_of(
    path: str, lines: list[str], pieces: list[Piece], file: int, chance: random.Random, *, is_test: bool
) -> Iterator[Pair]:
    """All pairs of one file. Of a test only its names and comments are queries: what it checks is found elsewhere."""
    where = path_text(path)
    chosen = pieces if len(pieces) <= MOST_DEFINITIONS else chance.sample(pieces, MOST_DEFINITIONS)
    for piece in chosen:
        if len("".join(piece.said.code.split())) < SMALLEST_CODE:
            continue
        yield from _pairs_of_piece(piece, where, file, chance, is_test=is_test)
    if not is_test:
        yield from _pairs_of_file(lines, pieces, where, file, chance)


def _pairs_of_piece(piece: Piece, where: str, file: int, chance: random.Random, *, is_test: bool) -> Iterator[Pair]:
    group = hash((file, piece.first)) & 0x7FFFFFFF
    name = piece.definition.name
    container = piece.definition.kind in _CONTAINERS

    def pair(kind: str, query: str, document: str, *, wide: bool = False) -> Pair:
        return Pair(kind, query, document, where, group, file, wide)

    if piece.said.doc:
        said = sentences(piece.said.doc)
        yield pair("doc", " ".join(said[: chance.randint(1, 3)]), piece.document)
        if chance.random() < QUESTION_CHANCE and (question := question_of(said[0], chance, _subject_of(piece, where))):
            yield pair("question", question, piece.document)
        if chance.random() < PHRASE_CHANCE and (phrase := phrase_of(chance.choice(said[:2]), chance)):
            yield pair("phrase", phrase, piece.document)
    if len(name) >= 4 and chance.random() < NAME_CHANCE:
        hidden = chance.random() < 0.5
        if not is_test or len(split_identifier(name)) > 2:
            code = piece.document.replace(name, "", 1 if container else -1) if hidden else _with_doc(piece)
            yield pair("body" if hidden else "name", name_query(piece.definition.symbol, chance), code)
    if not container:
        yield from _comments(piece, pair, chance)
        if chance.random() < MESSAGE_CHANCE:
            yield from _messages(piece, pair, chance)
        if chance.random() < WORDS_CHANCE:
            words = list(dict.fromkeys(_WORD.findall(piece.said.code)))
            if len(words) >= 6:
                picked = chance.sample(words, chance.randint(2, 4))
                yield pair("words", " ".join(" ".join(split_identifier(word)) for word in picked), piece.document)


def _subject_of(piece: Piece, where: str) -> str:
    """Who does it: the class that a method is of, else the file."""
    around = piece.definition.enclosing
    return around[-1] if around else where.split(" ")[-1]


def _with_doc(piece: Piece) -> str:
    return f"{piece.said.doc}\n{piece.document}"[:LONGEST_CODE] if piece.said.doc else piece.document


def _comments(piece: Piece, pair, chance: random.Random) -> Iterator[Pair]:  # type: ignore[no-untyped-def]
    lines = piece.said.code.split("\n")
    found = [
        (position, match[1])
        for position, line in enumerate(lines[1:], 1)
        if (match := _INLINE.match(line)) is not None and not _CODE_LIKE.search(match[1]) and clean_doc(match[1])
    ]
    for position, comment in found[:3]:
        if chance.random() >= COMMENT_CHANCE:
            continue
        block = [line for line in lines[position + 1 : position + 1 + BLOCK_LINES] if not _INLINE.match(line)]
        text = "\n".join(block)
        if len("".join(text.split())) >= SMALLEST_CODE:
            yield pair("comment", comment, f"{lines[0]}\n{text}")


def _messages(piece: Piece, pair, chance: random.Random) -> Iterator[Pair]:  # type: ignore[no-untyped-def]
    found = [match[1] or match[2] or match[3] for match in _MESSAGE.finditer(piece.said.code)]
    said = [text for text in found if text.count(" ") >= 3 and is_prose(text) and not _CODE_LIKE.search(text)]
    if said:
        message = chance.choice(said)
        yield pair("message", message, piece.document.replace(message, ""))


def _pairs_of_file(
    lines: list[str], pieces: list[Piece], where: str, file: int, chance: random.Random
) -> Iterator[Pair]:
    usable = [piece for piece in pieces if len("".join(piece.said.code.split())) >= SMALLEST_CODE]
    if not usable:
        return
    about = head_doc(lines)
    if about:
        for piece in chance.sample(usable, min(2, len(usable))):
            said = sentences(about)
            query = chance.choice((said[0], phrase_of(said[0], chance), question_of(said[0], chance)))
            if query:
                yield Pair("file", query, _with_doc(piece), where, file, file, True)
    picked = chance.choice(usable)
    yield Pair("path", where, _with_doc(picked), "", file, file, True)
    yield from _joint_pairs([piece for piece in usable if piece.said.doc], where, file, chance)
    holders = [piece for piece in usable if piece.definition.kind in _CONTAINERS and piece.said.doc]
    for holder in holders[:6]:
        inside = [
            piece
            for piece in usable
            if holder.first < piece.first <= holder.last and piece.definition.kind not in _CONTAINERS
        ]
        if inside and chance.random() < INSIDE_CHANCE:
            said = sentences(holder.said.doc)
            query = chance.choice((said[0], phrase_of(said[0], chance), question_of(said[0], chance)))
            if query:
                yield Pair("class", query, _with_doc(chance.choice(inside)), where, file, file, True)


def _joint_pairs(told: list[Piece], where: str, file: int, chance: random.Random) -> Iterator[Pair]:
    """What two definitions of a file do, in one query: how people ask for a file that does several things."""
    for _ in range(min(MOST_JOINT, len(told) // 2)):
        first, second = chance.sample(told, 2)
        parts = [phrase_of(sentences(piece.said.doc)[0], chance) for piece in (first, second)]
        if all(parts):
            query = chance.choice(_JOINS).format(*parts)
            yield Pair("joint", query, _with_doc(chance.choice((first, second))), where, file, file, True)


def head_doc(lines: list[str]) -> str:
    """What a file says of itself in its first comment that is not about its licence."""
    text = "\n".join(lines[:120])
    found = re.match(r'\s*(?:#[^\n]*\n|\s)*[rR]?("""|\'\'\')(.+?)\1', text, re.DOTALL)
    if found is not None:
        return clean_doc(found[2])
    for position in range(1, min(60, len(lines))):
        ended = not lines[position].strip() or not re.match(r"\s*(?://|#|/?\*|--|;|\{-|\(\*|-\})", lines[position])
        if ended and (said := clean_doc(comment_above(lines, position))):
            return said
        if ended and lines[position].strip() and position > 40:
            break
    return ""


def is_test_name(name: str) -> bool:
    return _TEST_NAME.search(name) is not None
