"""How a reply is continued: a short text that names the last result shown and the question that it belongs to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import InvalidRequestError

_DIGEST_BYTES = 6
_LENGTH = 2 + 2 * _DIGEST_BYTES


class InvalidCursorError(InvalidRequestError):
    """The cursor does not continue this search."""

    hint = "Copy the cursor from the end of a reply and send it with the same query and filters, or leave it out."


@dataclass(frozen=True, slots=True)
class Cursor:
    """How many results were passed, and a digest of the last one of them."""

    passed: int
    last: bytes

    def position(self, keys: Sequence[str]) -> int:
        """Where to go on: after the last result that was shown, wherever it is by now."""
        for place, key in enumerate(keys):
            if _digest(key) == self.last:
                return place + 1
        return min(self.passed, len(keys))


def write_cursor(question: object, passed: int, last_key: str) -> str:
    """`question` is whatever decides which results there are, as JSON."""
    raw = passed.to_bytes(2, "big") + _digest(last_key) + _digest(json.dumps(question, sort_keys=True, default=str))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, question: object) -> Cursor:
    """Raises InvalidCursorError for what is none, or one of another question."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _LENGTH:
        raise InvalidCursorError(f"'{text[:40]}' is no cursor.")
    if raw[-_DIGEST_BYTES:] != _digest(json.dumps(question, sort_keys=True, default=str)):
        raise InvalidCursorError("The cursor belongs to another query, or to other filters.")
    return Cursor(int.from_bytes(raw[:2], "big"), raw[2 : 2 + _DIGEST_BYTES])


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
