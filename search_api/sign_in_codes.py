"""How somebody who holds a token hands it to a browser: by a code that works once, soon, and at one address only."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from models.errors import UnauthenticatedError

# As long as somebody may take to look at the terminal again.
CODE_SECONDS = 3600
# A code is a few hundred bytes with its token.
MOST_CODES = 1000
LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    host: str
    until: float


@dataclass(slots=True)
class SignInCodes:
    """Codes that are out, in the memory of this process: the token itself never stands in an address.

    Nothing is signed or made longer here: a code is worth the token that was shown for it, and no more.
    """

    clock: Callable[[], float] = time.monotonic
    _kept: dict[bytes, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, token: str, host: str) -> str:
        """A code for the token, good for a browser that reaches the service at that host."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            now = self.clock()
            self._kept = {digest: kept for digest, kept in self._kept.items() if kept.until > now}
            while len(self._kept) >= MOST_CODES:
                # Oldest first: dicts keep the order of insertion.
                del self._kept[next(iter(self._kept))]
            self._kept[_digest(code)] = _Kept(token, host_of(host), now + CODE_SECONDS)
        return code

    def take(self, code: str, host: str) -> str:
        """The code's token, and the code is used up, whatever comes of it. Raises UnauthenticatedError."""
        with self._lock:
            kept = self._kept.pop(_digest(code), None)
        # Under another name than it was made for, a page of a stranger whose name resolves to here may be asking.
        if kept is None or kept.until <= self.clock() or kept.host != host_of(host):
            raise UnauthenticatedError(
                "The code is unknown, used or too old.", hint="Get a new link with 'codingit page'."
            )
        return kept.token


def host_of(header: str) -> str:
    """The name in a Host header, without the port; all names of this very machine are one."""
    try:
        name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""
    if name == "localhost":
        return LOOPBACK
    try:
        return LOOPBACK if ipaddress.ip_address(name).is_loopback else name
    except ValueError:
        return name


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
