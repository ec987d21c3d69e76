"""The words of the lexical index: what counts as a term in code and in a query, the same for writing and for asking.

There is no list of stop words. `if`, `for`, `not` or `with` are noise in one language and the very thing looked for in
another, and a list would have to be kept per language; the lexicon's idf gives a term that is everywhere in a project
next to no weight, and does so for that project's own noise (`self`, `std`, a company's name) too.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise

from models.stems import stem_word

MAX_TERM_LENGTH = 64
# Past this a run of letters is data (base64, a minified bundle) and its "parts" are noise: the longest real name in
# 6 MB of open source, a test's, has 77 letters.
MAX_SPLIT_LENGTH = 200
TERM_IDS = 2**29

# Marks that Python's \w leaves out: without them Hindi, Arabic with its points, or decomposed accents fall apart.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
)
_IDENTIFIER = re.compile(rf"[\w{_MARKS}]+(?:-[\w{_MARKS}]+)*")
_ASCII_IDENTIFIER = re.compile(r"\w+(?:-\w+)*", re.ASCII)
# Chinese, Japanese, Korean and the scripts of South East Asia put no space between words, so pairs are terms.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# URLs is URL and an s, not UR and Ls; HTTPServer is HTTP and Server.
_PARTS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LETTERS_THEN_DIGITS = re.compile(r"[A-Za-z]+[0-9]+")
_DIGEST = re.compile(r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{16,}")
# Terms of the identifiers met last; a repository repeats its names, and 65,536 of them are some 20 MB.
_CACHED_IDENTIFIERS = 2**16


class TermKind(StrEnum):
    """What a query's term is of the identifier it comes from."""

    WHOLE = "whole"
    PART = "part"
    STEM = "stem"


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a query, the identifier it comes from as it was written, and how often the query says it."""

    term: str
    kind: TermKind
    source: str
    count: int

    @property
    def id(self) -> int:
        return term_id(self.term)


def terms_of(text: str) -> Counter[str]:
    """Count the terms of a text: of each identifier its whole form, its parts' stems, and names such as utf8."""
    identifiers = _find_identifiers(text)
    if max(map(len, identifiers), default=0) <= MAX_SPLIT_LENGTH:
        return Counter(chain.from_iterable(map(_terms_of_identifier, identifiers)))
    # A megabyte without a space is no key for a cache.
    return Counter(
        chain.from_iterable(
            _terms_of_identifier(name) if len(name) <= MAX_SPLIT_LENGTH else _classify_terms(name)
            for name in identifiers
        )
    )


def query_terms(query: str) -> list[QueryTerm]:
    """List the distinct terms of a query in their order, exactly those that a text of the same words has."""
    found: dict[str, QueryTerm] = {}
    for identifier in _find_identifiers(query):
        for term, kind in _classify_terms(identifier).items():
            known = found.get(term)
            if known is None:
                found[term] = QueryTerm(term, kind, identifier, 1)
            else:
                whole = known.kind is TermKind.WHOLE or kind is not TermKind.WHOLE
                kept = known if whole else QueryTerm(term, kind, identifier, 0)
                found[term] = QueryTerm(term, kept.kind, kept.source, known.count + 1)
    return list(found.values())


def split_identifier(name: str) -> list[str]:
    """Split a name into its words as written: `parseHTTPResponse2` -> parse, HTTP, Response, 2."""
    return [name[start:end] for start, end in _part_spans(name)]


def whole_form(name: str) -> str:
    """The one form that getUserName, get_user_name, get-user-name and GET_USER_NAME share; at most 64 characters."""
    return _fold_case(name).replace("_", "").replace("-", "")[:MAX_TERM_LENGTH]


@lru_cache(maxsize=_CACHED_IDENTIFIERS)
def term_id(term: str) -> int:
    """Number a term for the sparse vectors, in [1, 2**29], the same on every machine and in `codingit.term_id` in SQL.

    Two terms in 2**29 can share a number: among 100,000 distinct terms some nine pairs are expected to, and what such a
    pair costs is a match too many in a chunk that has the other word. MD5, because PostgreSQL 15 has it and no CRC-32.
    """
    digest = hashlib.md5(term.encode(), usedforsecurity=False).digest()
    return (int.from_bytes(digest[:4]) & (TERM_IDS - 1)) + 1


def _find_identifiers(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_IDENTIFIER.findall(text)
    return _IDENTIFIER.findall(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=_CACHED_IDENTIFIERS)
def _terms_of_identifier(identifier: str) -> tuple[str, ...]:
    return tuple(_classify_terms(identifier))


def _classify_terms(identifier: str) -> dict[str, TermKind]:
    if identifier.isascii() or not _UNSPACED.search(identifier):
        return _classify_name(identifier)
    terms: dict[str, TermKind] = {}
    end = 0
    for run in _UNSPACED.finditer(identifier):
        terms |= _classify_name(identifier[end : run.start()])
        terms |= dict.fromkeys(_pairs(run.group()), TermKind.PART)
        end = run.end()
    return terms | _classify_name(identifier[end:])


def _classify_name(name: str) -> dict[str, TermKind]:
    whole = whole_form(name)
    if not whole:
        return {}
    terms = {whole: TermKind.WHOLE}
    if len(name) <= MAX_SPLIT_LENGTH and not _DIGEST.fullmatch(whole):
        for part in split_identifier(name):
            word = _fold_case(part)[:MAX_TERM_LENGTH]
            stem = stem_word(word)
            terms.setdefault(stem, TermKind.PART if stem == word else TermKind.STEM)
        for joined in _LETTERS_THEN_DIGITS.findall(name):
            terms.setdefault(_join_number(joined), TermKind.PART)
    return terms


def _join_number(joined: str) -> str:
    """Take from myUtf8 the term utf8: the last word with the number on it."""
    word, number = split_identifier(joined)[-2:]
    return (word + number).lower()[:MAX_TERM_LENGTH]


def _part_spans(name: str) -> list[tuple[int, int]]:
    shape = name if name.isascii() else "".join(map(_letter_shape, name))
    return [match.span() for match in _PARTS.finditer(shape)]


def _letter_shape(letter: str) -> str:
    """Stand in for a letter of any script by an ASCII one of its class, so that one expression splits them all."""
    if letter.isascii():
        return letter
    if letter.isupper():
        return "A"
    if letter.isnumeric() and not letter.isalpha():
        return "0"
    return "a"


def _fold_case(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second
