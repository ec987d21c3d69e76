"""Which part of a message is shown, and where in it what was looked for stands, in code points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search_api.spelling import likeness

# Two lines of a terminal, or three of a page.
SNIPPET_LENGTH = 240
# How far a border moves to fall between words.
LONGEST_SHIFT = 20
# As near as the words of the index must be to be taken for the asked ones (similar_chat_terms).
LIKE_ENOUGH = 0.4
# Spelling is compared word by word.
MOST_COMPARED = 20_000

_WORD = re.compile(r"[^\W_]+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text that begins at `start`; `matches` are offsets in the piece, in order, none overlapping."""

    text: str
    start: int
    matches: tuple[Span, ...]


def cut_snippet(text: str, spans: Iterable[Span], length: int = SNIPPET_LENGTH, around: Span | None = None) -> Snippet:
    """The piece of the text that holds the most of the spans; without any, where `around` begins, else its beginning.

    Where spans stand inside of `around` as well as elsewhere, those inside count.
    """
    merged = merge_spans(spans)
    if len(text) <= length:
        return Snippet(text, 0, merged)
    if around is not None and around[0] < len(text):
        inside = tuple(span for span in merged if around[0] <= span[0] and span[1] <= around[1])
        if not merged:
            start = min(around[0], len(text) - length)
            end = start + length
            return Snippet(
                text[start : _last_word(text, end - LONGEST_SHIFT, end) if end < len(text) else end], start, ()
            )
        merged = inside or merged
    start, end = _window(text, merged, length)
    matches = tuple((max(a, start) - start, min(b, end) - start) for a, b in merged if a < end and b > start)
    return Snippet(text[start:end], start, matches)


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same characters, as spans in order that neither overlap nor touch; empty spans are left out."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def find_marked(text: str, marked: str, start_mark: str, stop_mark: str) -> list[Span]:
    """Spans between marks in a copy of the text's beginning; none when the copy turns out to be no copy."""
    spans: list[Span] = []
    pieces = marked.split(start_mark)
    plain = [pieces[0]]
    at = len(pieces[0])
    for piece in pieces[1:]:
        found, _, rest = piece.partition(stop_mark)
        spans.append((at, at + len(found)))
        plain += [found, rest]
        at += len(found) + len(rest)
    return spans if text.startswith("".join(plain)) else []


def find_literal(text: str, wanted: str) -> list[Span]:
    """Where the text holds the wanted one, whatever its case."""
    if not wanted:
        return []
    return [match.span() for match in re.finditer(re.escape(wanted), text, re.IGNORECASE)]


def find_similar(text: str, wanted: Sequence[str]) -> list[Span]:
    """Words of the text's beginning that are spelt like a wanted one."""
    asked = [part.lower() for word in wanted for part in _WORD.findall(word)]
    known: dict[str, bool] = {}
    spans: list[Span] = []
    for match in _WORD.finditer(text[:MOST_COMPARED]):
        word = match.group().lower()
        if word not in known:
            known[word] = any(_is_like(word, each) for each in asked)
        if known[word]:
            spans.append(match.span())
    return spans


def _is_like(word: str, asked: str) -> bool:
    if abs(len(word) - len(asked)) > max(3, len(asked) // 2):
        return False
    if word == asked or (len(asked) > 2 and sorted(word) == sorted(asked)):
        return True
    return likeness(word, asked) >= LIKE_ENOUGH


def _window(text: str, spans: Sequence[Span], length: int) -> Span:
    first, last = _densest(spans, length)
    # What was found stands in the middle, unless the text begins or ends first.
    spare = max(0, length - (last - first))
    start = min(max(0, first - spare // 2), len(text) - length)
    end = start + length
    if start > 0:
        start = _next_word(text, start, min(first, start + LONGEST_SHIFT))
    if end < len(text):
        end = _last_word(text, max(min(last, end), end - LONGEST_SHIFT), end)
    return start, end


def _densest(spans: Sequence[Span], length: int) -> Span:
    """The first run of spans within the length that covers the most characters."""
    if not spans:
        return 0, 0
    best, best_covered = (spans[0][0], spans[0][1]), -1
    covered, left = 0, 0
    for start, end in spans:
        covered += end - start
        while left < len(spans) and end - spans[left][0] > length and spans[left][0] < start:
            covered -= spans[left][1] - spans[left][0]
            left += 1
        if covered > best_covered:
            best, best_covered = (spans[left][0], end), covered
    return best


def _next_word(text: str, at: int, latest: int) -> int:
    for here, there in pairwise(range(at - 1, latest + 1)):
        if text[here].isspace() and not text[there].isspace():
            return there
    return at


def _last_word(text: str, earliest: int, at: int) -> int:
    for here in range(at, earliest - 1, -1):
        if text[here].isspace() and here > 0 and not text[here - 1].isspace():
            return here
    return at
