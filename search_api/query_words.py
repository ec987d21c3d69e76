"""What a query asks for: the words that carry meaning, the names that it spells, and whether it is a name or a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.query_shape import looks_like_symbol
from models.stems import stem_word
from models.tokens import query_terms, split_identifier, whole_form
from search_api.query_intent import asked_name, asked_path

# Words by which people ask in English and not for what: in code they stand in comments alone, so that idf takes them
# for rare and telling. They weigh little in a query of other words, and all where a query has no others.
_QUESTION_WORDS = """
a about also an and any are as at be been being but by can could do does did done for from had has have here how i
if in into is it its me my no not of on onto or our over per shall should so some such than that the their them then
there these they this those through to use used uses using via was we were what when where which while who whom
whose why will with within without would you your
"""
QUESTION_WORDS = frozenset(_QUESTION_WORDS.split())
NOTHING_WIDENED: Mapping[str, Mapping[str, float]] = MappingProxyType({})
_EDGES = "`'\"()[]{}<>,;:?!"


@dataclass(frozen=True, slots=True)
class QueryWords:
    """A query as the ranker reads it.

    `words` are the stems of its meaningful words in their order, `spelled` the whole forms of what could be names in
    it; `is_name` tells that the query is one name of code or one word; `path` and `name` are the path or the name, as
    it was typed, that the query may be.
    """

    words: tuple[str, ...]
    spelled: frozenset[str]
    is_name: bool
    path: str | None
    name: str | None


def read_query(query: str, widened: Mapping[str, Mapping[str, float]] = NOTHING_WIDENED) -> QueryWords:
    """Read a query. No query raises, and one of punctuation alone has no words.

    `widened` maps terms that no code in scope has to similar ones that some has: those are read in their place.
    """
    pieces = [piece.strip(_EDGES) for piece in query.replace("::", ".").replace("->", ".").split()]
    is_name = looks_like_symbol(query) or len(pieces) == 1
    names = (part for piece in pieces for part in piece.replace("#", ".").split("."))
    known = {term: max(similar, key=lambda other: (similar[other], other)) for term, similar in widened.items()}
    spelled = {whole_form(name) for name in names if is_name or not is_question_word(name)} - {""}
    spelled |= {known[name] for name in spelled if name in known}
    words = tuple(dict.fromkeys(known.get(word, word) for word in _meaningful(query)))
    path = asked_path(query)
    return QueryWords(words, frozenset(spelled), is_name, path, None if path else asked_name(query))


def is_question_word(source: str) -> bool:
    return source.casefold() in QUESTION_WORDS


def _meaningful(query: str) -> tuple[str, ...]:
    sources = dict.fromkeys(term.source for term in query_terms(query))
    said = {source: [part.casefold() for part in split_identifier(source)] or [source] for source in sources}
    words = [word for source, parts in said.items() if not is_question_word(source) for word in parts]
    if not words:
        words = [word for parts in said.values() for word in parts]
    return tuple(dict.fromkeys(stem_word(word) for word in words))
