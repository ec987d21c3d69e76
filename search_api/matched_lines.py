"""On which lines of its file a chunk holds phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_LINES = 20
_LINE_END = re.compile(r"\r\n?|\n")


def lines_of_phrases(content: str, start_line: int, phrases: Sequence[str]) -> list[int]:
    """The lines of the file on which a phrase begins, the first few in order; `start_line` is the content's own."""
    starts = sorted(found.start() for phrase in phrases for found in re.finditer(re.escape(phrase), content))
    lines = (start_line + len(_LINE_END.findall(content, 0, start)) for start in starts[:MOST_LINES])
    return list(dict.fromkeys(lines))
