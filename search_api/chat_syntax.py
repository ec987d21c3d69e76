"""What a chat query says: websearch syntax (phrases, or, minus) cut into alternatives of wanted and unwanted words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.query_shape import looks_like_path

# A word, or a phrase in quotes; a quote that is never closed reaches to the end, as PostgreSQL has it.
_TOKEN = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
# Letters, digits, and what the English parser takes for part of a word or of a phrase.
_PLAIN = re.compile(r"[^\W_]+(?:[ '\u2019-]+[^\W_]+)*", re.UNICODE)
# Around a name in a sentence.
_PUNCTUATION = ".,;:!?'`"
# A hump, or a hyphen: fooBar, Idempotency-Key. Words of English have them too (GitHub, read-only).
_JOINED = re.compile(r"[a-z][A-Z]|\w-\w")
_SPEAKS = re.compile(r"[^\W_]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word or a phrase; `refused` when a minus stands before it."""

    text: str
    refused: bool = False

    @property
    def is_odd(self) -> bool:
        """Whether the English parser cuts it strangely: `foo.bar()` is a host to it, `src/a.py` a file."""
        return _SPEAKS.search(self.text) is not None and _PLAIN.fullmatch(self.text) is None


@dataclass(frozen=True, slots=True)
class Alternative:
    """What must all hold; never empty."""

    items: tuple[Wanted, ...]

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(item for item in self.items if not item.refused)

    @property
    def refused(self) -> tuple[Wanted, ...]:
        return tuple(item for item in self.items if item.refused)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The alternatives that want something, and whether the query uses the syntax at all."""

    alternatives: tuple[Alternative, ...]
    is_plain: bool

    @property
    def words(self) -> tuple[str, ...]:
        """Everything wanted by any alternative, once each, in order."""
        return tuple(dict.fromkeys(item.text for each in self.alternatives for item in each.wanted))


def parse_query(query: str) -> ParsedQuery:
    """Cut a query; alternatives that only refuse are left out, for nearly everything would answer them."""
    alternatives: list[list[Wanted]] = [[]]
    is_plain = True
    for match in _TOKEN.finditer(query):
        phrase, word = match["phrase"], match["word"]
        if phrase is not None:
            is_plain = False
            item = Wanted(phrase.strip(), refused=bool(match["minus"]))
        elif word.lower() == "or":
            is_plain = False
            alternatives.append([])
            continue
        else:
            item = _read_word(word)
            is_plain = is_plain and not item.refused
        if item.text:
            alternatives[-1].append(item)
    kept = tuple(Alternative(tuple(items)) for items in alternatives if any(not item.refused for item in items))
    return ParsedQuery(kept, is_plain)


def names_within(parsed: ParsedQuery) -> tuple[str, ...]:
    """The words of a sentence that may be names of code: those with signs, humps or hyphens in them.

    Whether they are is for the messages to say: a name stands in a few of them.
    """
    if len(parsed.words) < 2:
        return ()
    words = [word.strip(_PUNCTUATION) for word in parsed.words]
    return tuple(word for word in words if _looks_like_name(word))


def _looks_like_name(word: str) -> bool:
    if "/" in word:
        return looks_like_path(word)
    return Wanted(word).is_odd or _JOINED.search(word) is not None


def all_of(items: Sequence[Wanted]) -> str:
    """The items in PostgreSQL's websearch syntax; each in quotes, so that none is read as an operator."""
    return " ".join(f'{"-" * item.refused}"{item.text}"' for item in items)


def any_of(words: Sequence[str]) -> str:
    """The same for words of which one is enough."""
    return " or ".join(f'"{word}"' for word in words)


def like_pattern(text: str) -> str:
    """A LIKE pattern for texts that hold this one."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _read_word(word: str) -> Wanted:
    # Two minuses open a command's option, which somebody looks for.
    if word.startswith("-") and not word.startswith("--") and len(word) > 1:
        return Wanted(word[1:], refused=True)
    return Wanted(word)
