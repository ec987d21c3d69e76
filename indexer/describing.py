"""What is said of a definition in a line: its signature, and the first sentence of its documentation."""

from __future__ import annotations

import re

from indexer.parsing import Definition
from indexer.source_text import SourceText

SIGNATURE_LENGTH = 240
DOC_LENGTH = 200
# How far above a definition its comment is looked for, and how far below its first line a docstring.
COMMENT_LINES = 60
DOCSTRING_BYTES = 1500
MODIFIERS_LENGTH = 60

_ENDS_ANOTHER = re.compile(rb"[{};(]")
_COMMENT = re.compile(r"(?://[/!]?!?|##?!?|--+\|?|/?\*\*?|\(\*\*?|;+|%+|<!--)\s?(.*?)\s*(?:\*/|\*\)|-->)?")
_DOCSTRING = re.compile(r"""[:\n]\s*[rRuU]?(?:\"\"\"|''')\s*(.+?)\s*(?:\"\"\"|'''|\n|$)""")
# `@param` and its like say something of a part; what a tool is told begins so too.
_TAGGED = re.compile(r"@(?!brief)|eslint|pylint|noqa|type:|istanbul|prettier|clang-format|NOLINT|TODO|FIXME", re.I)


def signature_of(text: SourceText, definition: Definition) -> str | None:
    """The definition's first line, and the next ones while a bracket is open, without its body."""
    taken: list[str] = []
    start = text.line_start(definition.start)
    # `type`, `export const` and `static` stand before what the grammar calls the definition.
    if definition.start - start > MODIFIERS_LENGTH or _ENDS_ANOTHER.search(text.bytes[start : definition.start]):
        start = definition.start
    for line in text.head(start, definition.end, 600).splitlines()[:6]:
        taken.append(line.strip())
        joined = " ".join(taken)
        if joined.count("(") <= joined.count(")"):
            break
    signature = " ".join(taken).strip()[:SIGNATURE_LENGTH]
    return signature or None


def doc_of(text: SourceText, definition: Definition) -> str | None:
    """The first line of the comment above the definition, or of the string right below its first line."""
    above = _comment_above(text, definition)
    words = next((line for line in above if any(map(str.isalpha, line)) and not _TAGGED.match(line)), None)
    if words is None:
        found = _DOCSTRING.search(text.head(definition.start, definition.end, DOCSTRING_BYTES))
        words = found[1] if found is not None else None
    return words.removeprefix("@brief ").strip()[:DOC_LENGTH] if words else None


def _comment_above(text: SourceText, definition: Definition) -> list[str]:
    first = text.line_of(definition.start) - 1
    comments: list[str] = []
    blank = False
    for line in range(first - 1, max(-1, first - COMMENT_LINES), -1):
        stripped = text.text(text.line_starts[line], text.line_starts[line + 1]).strip()
        if not stripped and not blank and not comments:
            blank = True
            continue
        # Between attributes and what they are put on there is no comment; after a blank line only a block is its doc.
        if not comments and not blank and stripped.startswith(("@", "#[", "[")):
            continue
        found = _COMMENT.fullmatch(stripped) if stripped else None
        if found is None or (blank and not comments and not stripped.endswith("*/")):
            break
        comments.append(found[1].strip("*/ "))
    return comments[::-1]
