"""How a query means to be answered: by quoted phrases, an expression between slashes, a path, a name, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.query_shape import declared_name, looks_like_path, looks_like_symbol
from search_api.asked_expression import fragments_of, read_expression

MOST_PHRASES = 8
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u00ab": "\u00bb", "\u300c": "\u300d"}
# Quotes inside of code (`get("key")`) are code: a phrase begins after a space, and something ends it.
_PHRASE = re.compile(
    "(?<!\\S)(?:"
    + "|".join(rf"{opening}((?:\\.|[^{closing}\\])+)[{closing}]" for opening, closing in _QUOTES.items())
    + r")(?=[\s,.;:!?]|$)"
)
_ESCAPED_QUOTE = re.compile(r"\\([\"\\])")
_WHOLE_EXPRESSION = re.compile(r"/(?!\s*/$)(?!\*)((?:\\.|[^\\])+)/(i?)")
# Among other words, `/users/` is a folder or a route; an expression has a sign that neither has.
_EXPRESSION_AMONG_WORDS = re.compile(r"(?<!\S)/(?![\s*])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+)(?<!\s)/(i?)(?!\S)")
_SIGN = re.compile(r"[\\^$|+*?(\[]")
_WORD = re.compile(r"[^\W_]")
_DRIVE = re.compile(r"[A-Za-z]:(?=/)")
_LINE = re.compile(r":\d+(?::\d+)?:?$")
_AROUND = re.compile(r"^(?:~?/|\.\.?/)+|/+$")
_TWO_PARTS = re.compile(r"[\w-]+/[\w-]+")
_SEPARATOR = re.compile(r"\.|::|->|#|\\")


@dataclass(frozen=True, slots=True)
class QueryIntent:
    """A query taken apart.

    `text` is what ranks: the words beside phrases and expression, or else those in them. Each of `phrases` stands in
    whatever is found, and `expression`, in PostgreSQL's dialect, matches it; `fragments` are in all of those words. A
    file at `path` or a definition of `name` is found whatever else it holds.
    """

    text: str
    phrases: tuple[str, ...] = ()
    expression: str | None = None
    fragments: tuple[str, ...] = ()
    path: str | None = None
    name: str | None = None

    @property
    def is_exact(self) -> bool:
        return bool(self.phrases) or self.expression is not None


def read_intent(query: str) -> QueryIntent:
    """Tell what a query is; the first that fits of expression, phrases, path and name. No query raises."""
    found = _find_expression(query)
    if found is None and not any(opening in query for opening in _QUOTES):
        path = asked_path(query)
        return QueryIntent(query, path=path, name=None if path else asked_name(query))
    rest = query if found is None else f"{query[: found.start()]} {query[found.end() :]}"
    phrases = tuple(dict.fromkeys(_phrases(rest)))[:MOST_PHRASES]
    if found is None and not phrases:
        return QueryIntent(query)
    expression, fragments = None, tuple(part for phrase in phrases for part in fragments_of(phrase))
    words = " ".join(_PHRASE.sub(" ", rest).split())
    if found is not None:
        read = read_expression(found[1], ignore_case=bool(found[2]))
        expression, fragments = read.source, fragments + read.fragments
    # What everything found holds tells nothing apart; by itself it is all that there is to rank by.
    text = words if _WORD.search(words) else " ".join([*phrases, *_literals(fragments, phrases)])
    return QueryIntent(text, phrases, expression, tuple(dict.fromkeys(fragments)))


def asked_path(query: str) -> str | None:
    """The path that a query is, whole or in part, in lower case and without what leads up to it; None when it is none.

    Two words around a slash may be an alternative (read/write) as well as a path without its ending (cli/up).
    """
    path = _LINE.sub("", query.strip())
    if not (looks_like_path(path) or _TWO_PARTS.fullmatch(path)):
        return None
    return _AROUND.sub("", _DRIVE.sub("", path.replace("\\", "/"))).lower() or None


def asked_name(query: str) -> str | None:
    """The name that a query is, qualified as `Session.send`; one word may be a name. None for anything else."""
    name = declared_name(query)
    if name is None or not (looks_like_symbol(query) or name == query.strip()):
        return None
    return ".".join(_SEPARATOR.split(name))


def typed_name(query: str) -> str | None:
    """The name that a query is, where it is no word of English as well: `Session.send`, `get_file`, `def retry`."""
    return asked_name(query) if looks_like_symbol(query) else None


def _literals(fragments: tuple[str, ...], phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Those fragments that are of no phrase."""
    said = {part for phrase in phrases for part in fragments_of(phrase)}
    return tuple(part for part in fragments if part not in said)


def _find_expression(query: str) -> re.Match[str] | None:
    if "/" not in query:
        return None
    whole = _WHOLE_EXPRESSION.fullmatch(query.strip())
    if whole and (_SIGN.search(whole[1]) or "/" not in whole[1]):
        return _WHOLE_EXPRESSION.search(query)
    return next((found for found in _EXPRESSION_AMONG_WORDS.finditer(query) if _SIGN.search(found[1])), None)


def _phrases(query: str) -> list[str]:
    quoted = (next(filter(None, found.groups()), "") for found in _PHRASE.finditer(query))
    return [_ESCAPED_QUOTE.sub(r"\1", phrase) for phrase in quoted if _WORD.search(phrase)]
