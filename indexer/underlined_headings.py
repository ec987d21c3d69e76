"""Headings of Markdown that are underlined, written with marks: of marked ones alone the grammar makes sections."""

from __future__ import annotations

from collections.abc import Iterable

import tree_sitter

_MARKS = {"setext_h1_underline": b"# ", "setext_h2_underline": b"## "}
# What a line of a title begins with in a quotation.
_QUOTED = b"> \t"


def mark_underlined(source: bytes, headings: Iterable[tree_sitter.Node]) -> bytes:
    """The source with `# Title` for a title and its line of `=`, and `## Title` for one of `-`; nothing else moves.

    A title over a single dash has no room for its marks and stays as it is.
    """
    written = bytearray(source)
    for heading in headings:
        underline = next(child for child in heading.named_children if child.type in _MARKS)
        title = _MARKS[underline.type] + _on_one_line(source[heading.start_byte : underline.start_byte])
        length = underline.end_byte - heading.start_byte
        if len(title) <= length:
            written[heading.start_byte : underline.end_byte] = title.ljust(length)
    return bytes(written)


def _on_one_line(title: bytes) -> bytes:
    first, *others = title.strip().splitlines() or [b""]
    line = b" ".join([first.strip(), *(other.lstrip(_QUOTED).strip() for other in others)])
    # Else the last word of `What is #` would be taken for marks that close the heading.
    return line + b" #" if line.endswith(b"#") else line
