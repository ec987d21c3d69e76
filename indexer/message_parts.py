"""Which parts of a chat message are embedded: pure, from its text to pieces with their place, secrets masked.

A message that fits into one part is one. A longer one is cut where it has a border: between paragraphs and fences,
else between lines, else between words; one vector over thousands of words would be near to everything. Of a very long
message, and of the output of a tool sooner, the two ends are embedded: what was asked and how it began, and how it
ended (the error of a log is its last line). The rest is counted; full-text search finds it.

A change of what is cut here wants another CHUNKER_VERSION (indexer/chunking.py): then a new generation is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.secrets import mask_secrets

# A dense answer of a few paragraphs. Shorter parts lose what they speak about, longer ones blur.
PART_CHARACTERS = 1_200
# A border is looked for in the last so much of a part.
BORDER_SHARE = 0.5
# Parts from the beginning and from the end of a message: 28,800 characters of what was said.
HEAD_PARTS, TAIL_PARTS = 18, 6
# Of what a tool wrote.
OUTPUT_HEAD_PARTS, OUTPUT_TAIL_PARTS = 2, 2
LONGEST_TITLE = 200
# So much is read from either end, at most.
MOST_CHARACTERS = (HEAD_PARTS + 1) * PART_CHARACTERS
_BORDERS = (re.compile(r"\n[ \t]*\n|\n(?=```)"), re.compile(r"\n"), re.compile(r"\s"))
_SPEAKS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class MessagePart:
    """Characters `start` to `end` of a message, and the text that is encoded for them."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CutMessage:
    """The parts in order; how many characters are in none of them, and how many secrets were masked."""

    parts: tuple[MessagePart, ...]
    unread: int
    masked: int


def cut_message(head: str, tail: str, characters: int, *, is_output: bool, title: str | None = None) -> CutMessage:
    """Cut a text of which both ends are given; an empty tail says that the head is all.

    The title of its session stands at the head of each part's text: what people say to each other leaves it out.
    """
    most_head, most_tail = (OUTPUT_HEAD_PARTS, OUTPUT_TAIL_PARTS) if is_output else (HEAD_PARTS, TAIL_PARTS)
    if len(head) + len(tail) == characters:
        spans = _cut(head + tail)
        if len(spans) > most_head + most_tail:
            spans = spans[:most_head] + spans[-most_tail:]
        pieces = [(start, (head + tail)[start:end]) for start, end in spans]
    else:
        pieces = [(start, head[start:end]) for start, end in _cut(head)[:most_head]]
        offset = characters - len(tail)
        pieces += [(offset + start, tail[start:end]) for start, end in _cut(tail)[-most_tail:]]
    header = "" if title is None else f"{mask_secrets(title[:LONGEST_TITLE]).text}\n"
    parts, masked = [], 0
    for start, text in pieces:
        hidden = mask_secrets(text)
        masked += hidden.count
        if _SPEAKS.search(text):
            parts.append(MessagePart(start, start + len(text), header + hidden.text))
    return CutMessage(tuple(parts), characters - sum(len(text) for _, text in pieces), masked)


def _cut(text: str) -> list[tuple[int, int]]:
    """Spans in order that are the text together, none longer than a part."""
    spans = []
    start = 0
    while len(text) - start > PART_CHARACTERS:
        end = _border(text, start + int(PART_CHARACTERS * (1 - BORDER_SHARE)), start + PART_CHARACTERS)
        spans.append((start, end))
        start = end
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _border(text: str, earliest: int, latest: int) -> int:
    """The end of the last best border between two places; the later place where there is none."""
    for border in _BORDERS:
        found = [match.end() for match in border.finditer(text, earliest, latest)]
        if found:
            return found[-1]
    return latest
