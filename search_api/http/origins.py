"""Whether a request may come from a page, or by a name, that is not this service's: a browser could be made to send it.

A page whose name is made to point at this machine (DNS rebinding) sends its own name as Host. A number cannot be made
to point anywhere, so numbers are let through, and names are those of this machine or of the settings.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from models.errors import ForbiddenError

LOCAL_NAMES = frozenset({"localhost"})


class ForeignHostError(ForbiddenError):
    """The service is not known by the name that the request was sent to."""

    hint = "Name it in CODINGIT_PUBLIC_HOSTS when the service is meant to be reached by it."


class ForeignOriginError(ForbiddenError):
    """A page of another origin sent the request."""

    hint = "Name the page's origin in CODINGIT_CORS_ORIGINS when it is meant to call the service."


def refuse_foreign(
    host: str | None, origin: str | None, *, own_names: Collection[str], known_origins: Collection[str]
) -> None:
    """`own_names` are host names, with or without port, or '*'. Raises ForeignHostError or ForeignOriginError."""
    if not _is_own(host or "", own_names):
        raise ForeignHostError(f"The service is not known as '{(host or '')[:100]}'.")
    if origin is None or "*" in known_origins or origin in known_origins:
        return
    if urlsplit(origin).netloc.lower() != (host or "").lower():
        raise ForeignOriginError(f"Pages of '{origin[:100]}' may not call this service.")


def _is_own(host: str, own_names: Collection[str]) -> bool:
    name = _name_of(host)
    if name is None:
        return False
    known = {each.lower() for each in own_names}
    return "*" in known or name in LOCAL_NAMES or name in known or host.lower() in known or _is_number(name)


def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
