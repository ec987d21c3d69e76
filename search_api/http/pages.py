"""Pages of a list: how many at once, and the cursor that says where the page before ended.

A cursor holds the values that the list is ordered by, of the last row that was sent. So a page goes on after that row
also when it has been changed or removed since, and what comes in meanwhile moves nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from models.errors import InvalidRequestError
from search_api.limits import MOST_PAGE, STORABLE, Strict
from sql.moments import FAR, FarMoment

LONGEST_CURSOR = 4_096

Row = TypeVar("Row")
Place = TypeVar("Place")
Text = Annotated[str, STORABLE]
Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$")]


def _read_far(value: object) -> object:
    return FarMoment.of(value) if isinstance(value, str) and FAR.fullmatch(value) else value


# A moment in a cursor: any that a row may have, not only those that a caller may write.
StoredMoment = Annotated[AwareDatetime, BeforeValidator(_read_far)]


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
    values = [each.stored if isinstance(each, FarMoment) else each for each in place]
    return urlsafe_b64encode(to_json(values)).decode().rstrip("=")


def read_cursor(name: str, cursor: str, kind: TypeAdapter[Place]) -> Place:
    """The values in a cursor; raises InvalidRequestError, with the name of the field, for what is none of this list."""
    try:
        return kind.validate_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValidationError, ValueError):
        told = "next" if name == "after" else "previous"
        raise InvalidRequestError(f"{name}: is no `{told}` of this list") from None
