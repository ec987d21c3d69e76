"""Which version of a thing a client has seen: the ETag of what is sent, and what If-Match and If-None-Match ask of it.

The ETag is strong: the hash of the very bytes that are sent, so it changes with whatever the client can see of the
thing (tags and counts that are kept in other tables too) and needs no column of its own. A change asks for it under the
lock that it writes with, so that of two clients who saw the same version one is told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from models.errors import ChangedError
from search_api.limits import LEFT_OUT

TAG = r'(W/)?"[!#-~]*"'
TAGS = rf"^(\*|{TAG}([ ]*,[ ]*{TAG})*)$"
LONGEST_TAGS = 1_000

ETAG = {"ETag": {"description": "The version that this is.", "schema": {"type": "string"}}}
# What the API's description says of a route that reads or changes one thing. Any: FastAPI's own type for these.
READ: dict[int | str, dict[str, Any]] = {
    200: {"headers": ETAG},
    304: {"description": "It is what If-None-Match names."},
}
CHANGED: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}}


def send(reply: BaseModel) -> Response:
    """One thing, with its ETag."""
    body = reply.model_dump_json()
    return Response(body, headers={"ETag": etag_of(body)}, media_type="application/json")


def etag_of(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Expected:
    """What the thing must be for a request to go on; no header expects nothing."""

    match: str | None = None
    is_new: bool = False

    def of(self, kind: type[BaseModel]) -> Callable[[object], None]:
        """A check of a row, which is compared as replies of this kind show it; raises ChangedError."""
        return lambda row: self.refuse_other(kind.model_validate(row, from_attributes=True))

    def refuse_other(self, current: BaseModel | None) -> None:
        """Raises ChangedError when there is nothing (None), or another version than the request names."""
        if self.is_new and current is not None:
            raise ChangedError("There is one already.", hint="Read it, and send its ETag in If-Match to replace it.")
        if self.match is None:
            return
        # A weak tag (a proxy that compresses makes one of ours) says that the bytes may differ, and never matches.
        if current is None or not (self.match == "*" or etag_of(current.model_dump_json()) in _tags(self.match)):
            raise ChangedError()


@dataclass(frozen=True, slots=True)
class Known:
    """Which version the client has already."""

    none_match: str | None = None

    def send(self, reply: BaseModel) -> Response:
        """The thing, or 304 when the client has it; here a weak tag will do."""
        response = send(reply)
        tag = response.headers["ETag"]
        if self.none_match is None or not (self.none_match == "*" or tag in _tags(self.none_match.replace("W/", ""))):
            return response
        return Response(status_code=304, headers={"ETag": tag})


def read_expected(
    if_match: Annotated[
        str,
        Header(
            alias="If-Match",
            pattern=TAGS,
            max_length=LONGEST_TAGS,
            description="The ETag that was read; 412 when it is another now.",
        ),
    ] = LEFT_OUT,
) -> Expected:
    return Expected(if_match)


def read_expected_or_new(
    expected: Annotated[Expected, Depends(read_expected)],
    if_none_match: Annotated[
        str, Header(alias="If-None-Match", pattern=r"^\*$", description="`*`: 412 when there is one already.")
    ] = LEFT_OUT,
) -> Expected:
    return Expected(expected.match, is_new=if_none_match is not None)


def read_known(
    if_none_match: Annotated[
        str,
        Header(
            alias="If-None-Match",
            pattern=TAGS,
            max_length=LONGEST_TAGS,
            description="The ETag that is known; 304 when it still is.",
        ),
    ] = LEFT_OUT,
) -> Known:
    return Known(if_none_match)


IfMatch = Annotated[Expected, Depends(read_expected)]
IfMatchOrNew = Annotated[Expected, Depends(read_expected_or_new)]
IfNoneMatch = Annotated[Known, Depends(read_known)]


def _tags(header: str) -> set[str]:
    return {found.group() for found in re.finditer(TAG, header)}
