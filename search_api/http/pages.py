"""Pages of a list: how many at once, and the cursor that says where the page before ended.

A cursor holds the values that the list is ordered by, of the last row that was sent. So a page goes on after that row
also when it has been changed or removed since, and what comes in meanwhile moves nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from models.errors import InvalidRequestError
from search_api.limits import MOST_PAGE, STORABLE, Strict

LONGEST_CURSOR = 4_096

Row = TypeVar("Row")
Place = TypeVar("Place")
Text = Annotated[str, STORABLE]
Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$")]


class Paged(Strict):
    """Which page; `after` is the `next` of the page before."""

    after: Cursor | None = Field(None, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=MOST_PAGE)

    def place(self, kind: TypeAdapter[Place]) -> Place | None:
        """The values in `after`, None for the first page; raises InvalidRequestError for what is no `next`."""
        return None if self.after is None else read_cursor("after", self.after, kind)


def cut(found: Sequence[Row], limit: int, place_of: Callable[[Row], Sequence[object]]) -> tuple[list[Row], str | None]:
    """The page of rows of which one more than the limit was asked for, and its `next`; `place_of` what orders them."""
    page = list(found[:limit])
    if len(found) <= limit:
        return page, None
    return page, write_cursor(place_of(page[-1]))


def write_cursor(place: Sequence[object]) -> str:
    """The values that a list is ordered by, as text for an address."""
    return urlsafe_b64encode(to_json(list(place))).decode().rstrip("=")


def read_cursor(name: str, cursor: str, kind: TypeAdapter[Place]) -> Place:
    """The values in a cursor; raises InvalidRequestError, with the name of the field, for what is none of this list."""
    try:
        return kind.validate_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValidationError, ValueError):
        told = "next" if name == "after" else "previous"
        raise InvalidRequestError(f"{name}: is no `{told}` of this list") from None
