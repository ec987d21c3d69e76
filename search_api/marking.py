"""Where in a result the words stand that were asked for: whole names, parts of names by their stem, quoted phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from models.stems import stem_word
from models.tokens import split_identifier, whole_form
from search_api.query_intent import read_intent
from search_api.query_words import read_query
from search_api.snippets import Span, find_literal, merge_spans

# More marks than this in one chunk show nothing any more.
MOST_MARKS = 200
# A repository repeats its names.
_CACHED_NAMES = 2**14
_NAME = re.compile(r"\w+(?:-\w+)*")


def find_matches(query: str, content: str, widened: Mapping[str, Mapping[str, float]]) -> tuple[Span, ...]:
    """Half-open ranges of code points in the content, in order, none overlapping; the first few of very many."""
    intent = read_intent(query)
    # Of phrases alone, only the whole ones are what was asked for.
    only_phrases = bool(intent.phrases) and intent.text.startswith(" ".join(intent.phrases))
    read = read_query("" if only_phrases else intent.text, widened)
    stems, wholes = frozenset(read.words), read.spelled
    spans = [span for phrase in intent.phrases for span in find_literal(content, phrase) if _is(content, span, phrase)]
    for match in _NAME.finditer(content):
        whole, parts = _read_name(match.group())
        if whole in wholes or (len(parts) > 1 and all(stem in stems for stem, _, _ in parts)):
            spans.append(match.span())
            continue
        at = match.start()
        spans += [(at + start, at + end) for stem, start, end in parts if stem in stems]
    return merge_spans(spans)[:MOST_MARKS]


def _is(content: str, span: Span, phrase: str) -> bool:
    # Phrases are found as they are written, their case too.
    return content[span[0] : span[1]] == phrase


@lru_cache(maxsize=_CACHED_NAMES)
def _read_name(name: str) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """The name's whole form, and the stem and place of each of its parts."""
    parts, at = [], 0
    for part in split_identifier(name):
        start = name.find(part, at)
        if start < 0:
            continue
        at = start + len(part)
        parts.append((stem_word(part.casefold()), start, at))
    return whole_form(name), tuple(parts)
