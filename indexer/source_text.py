"""Where lines and characters are in a text that is cut by bytes."""

from __future__ import annotations

import re
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

_NEWLINE = re.compile(rb"\r\n|\n|\r")
_CLOSING = re.compile(rb"[\s\]})>;,.]*(?:end[\s;,.)]*)?")
_BLANK = np.zeros(256, dtype=bool)
_BLANK[[9, 10, 11, 12, 13, 32]] = True
# Bytes that continue a character, which are not counted again.
_BLANK[128:192] = True


class SourceText:
    """The bytes of a text with what is asked of them often."""

    def __init__(self, source: bytes, longest: int) -> None:
        self.longest = longest
        self.bytes = source
        raw = np.frombuffer(source, dtype=np.uint8)
        self._sizes: NDArray[np.int64] = np.concatenate(([0], np.cumsum(~_BLANK[raw])))
        continuing = (raw & 0xC0) == 0x80
        self._characters: NDArray[np.int64] = np.concatenate(([0], np.cumsum(~continuing)))
        self.line_starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]
        if len(self.line_starts) > 1 and self.line_starts[-1] == len(source):
            self.line_starts.pop()

    def size(self, start: int, end: int) -> int:
        return int(self._sizes[end] - self._sizes[start])

    def length(self, start: int, end: int) -> int:
        return int(self._characters[end] - self._characters[start])

    def fits(self, start: int, end: int, size: int) -> bool:
        return self.size(start, end) <= size and self.length(start, end) <= self.longest

    def text(self, start: int, end: int) -> str:
        return self.bytes[start:end].decode("utf-8", "surrogatepass")

    def head(self, start: int, end: int, most: int) -> str:
        """The beginning of a span; a character that the limit cuts is left out."""
        return self.bytes[start : min(end, start + most)].decode("utf-8", "ignore")

    def closes(self, start: int, end: int) -> bool:
        return _CLOSING.fullmatch(self.bytes, start, end) is not None

    def line_of(self, position: int) -> int:
        return bisect_left(self.line_starts, position + 1)

    def line_start(self, position: int) -> int:
        return self.line_starts[self.line_of(position) - 1]

    def edge(self, position: int, largest: int) -> int:
        """Where to cut before a node: at the start of its line, so that lines stay whole unless they are too long."""
        line = self.line_of(position)
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.bytes)
        if self.size(start, position) == 0 or self.fits(start, end, largest):
            return start
        while position < len(self.bytes) and self.bytes[position] & 0xC0 == 0x80:
            # No grammar has to be trusted with whole characters.
            position += 1
        return position

    def after_characters(self, start: int, count: int) -> int:
        """The position after so many characters from `start`."""
        wanted = self._characters[start] + count
        return min(len(self.bytes), int(np.searchsorted(self._characters, wanted, side="right")) - 1)
