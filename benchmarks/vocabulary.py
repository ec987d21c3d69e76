"""Words and names as developers write them, the most frequent first: those of Python's standard library."""

from __future__ import annotations

import re
import sysconfig
import zlib
from collections import Counter
from pathlib import Path

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,31}")
# Installed packages differ from machine to machine; tests and tables of characters repeat a few words without end.
_LEFT_OUT = {"site-packages", "test", "tests", "idlelib", "encodings"}


def read_vocabulary(most: int) -> list[str]:
    """The `most` most frequent words. Raises ValueError when there are fewer."""
    root = Path(sysconfig.get_path("stdlib"))
    counted: Counter[str] = Counter()
    for file in root.rglob("*.py"):
        if not _LEFT_OUT.intersection(file.relative_to(root).parts):
            counted.update(_WORD.findall(file.read_text(encoding="utf-8", errors="replace")))
    if len(counted) < most:
        raise ValueError(f"the standard library has {len(counted)} words, not {most}")
    # Among equals no order of the alphabet: neighbours would share their beginnings.
    return sorted(counted, key=lambda word: (-counted[word], zlib.crc32(word.encode()), word))[:most]
