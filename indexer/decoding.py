"""Which bytes are text, and the form in which PostgreSQL can hold it."""

from __future__ import annotations

import codecs
import re

REPLACEMENT = "\ufffd"

# Where git looks for a NUL to call a file binary.
SNIFFED_BYTES = 8_000

# Latin-1 decodes anything: text of a western language has few bytes above ASCII and hardly any control characters.
MAX_HIGH_BYTE_SHARE = 0.3

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile(rb"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")

# The marks of UTF-32 begin with those of UTF-16, so they come first.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def to_storable(text: str) -> str:
    """The text with what PostgreSQL refuses (NUL, lone surrogates) replaced one for one, so that no offset moves."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def is_binary(head: bytes) -> bool:
    """Whether a file that begins with these bytes (SNIFFED_BYTES of them) is no text."""
    return not any(head.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS) and b"\0" in head


def decode_text(content: bytes) -> str | None:
    """The storable text of a file without its byte order mark, or None if it is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text = _decode(content[len(mark) :], encoding)
            break
    else:
        text = _decode(content, "utf-8")
        if text is None and _is_plausible_latin(content):
            # Windows-1252 is Latin-1 with quotes and dashes where Latin-1 has control characters.
            text = _decode(content, "cp1252")
    return None if text is None else to_storable(text)


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_plausible_latin(content: bytes) -> bool:
    high = sum(1 for _ in _HIGH_BYTES.finditer(content))
    return high <= MAX_HIGH_BYTE_SHARE * len(content) and _CONTROLS.search(content) is None
