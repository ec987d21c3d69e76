"""What the doors accept as text, numbers and JSON; the one place that says how much is too much."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, from_json
from pydantic_core.core_schema import no_info_after_validator_function

MOST_MANIFEST_ENTRIES = 50_000
MOST_FILES_A_CALL = 5_000
MOST_PAGE = 1_000
LONGEST_PATH = 1_024
# A larger file is not indexed anyway; the largest that PostgreSQL would take is a gigabyte.
LARGEST_FILE_CHARS = 8 << 20
LONGEST_TITLE = 500
# Of PostgreSQL's integer and bigint.
LARGEST_INT = 2**31 - 1
LARGEST_ID = 2**63 - 1
# A day inside of the years that Python has.
FIRST_YEAR = 2
LAST_YEAR = 9998


def refuse_unstorable(text: str) -> str:
    """PostgreSQL's text holds any Unicode character but NUL; half of a surrogate pair is none."""
    if "\x00" in text:
        raise ValueError("holds a NUL character, which text cannot; leave binary files out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which is no Unicode text") from None
    return text


def normalise_path(path: str) -> str:
    """An absolute POSIX path as it is stored; raises ValueError for one that is not in its one normal form."""
    refuse_unstorable(path)
    if not path.startswith("/") or path == "/":
        raise ValueError("a path starts with '/' and names something below it")
    if path.startswith("//") or posixpath.normpath(path) != path:
        raise ValueError("a path has no '.', no '..', no '//' and no '/' at its end")
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise ValueError("a path holds no control characters")
    return path


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of texts, and the pattern that says the same to whoever reads the API's description.

    It comes last in an annotation: a length that is asked for after it would be refused as that of a list.
    """

    check: Callable[[str], str]
    pattern: str

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}


STORABLE = Checked(refuse_unstorable, r"^[^\u0000]*$")
# What str.isspace holds for white space; \s is something else in each language's patterns.
SPACES = r"\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# That an empty query is refused is up to the use case, whatever the door.
ASKING = Checked(refuse_unstorable, rf"^[^\u0000]*[^\u0000{SPACES}][^\u0000]*$")
DIRECTORY = Checked(refuse_unstorable, r"^/[^\u0000]*$")
Path = Annotated[
    str,
    Field(
        min_length=2,
        max_length=LONGEST_PATH,
        description="Absolute POSIX path in normal form, unique per user.",
        examples=["/shop/src/cart.py"],
    ),
    Checked(normalise_path, r"^(/(?!\.{1,2}(/|$))[^/\u0000-\u001f\u007f]+)+$"),
]
Content = Annotated[str, Field(max_length=LARGEST_FILE_CHARS, description="The file's text."), STORABLE]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), STORABLE]
Sha256 = Annotated[
    str,
    StringConstraints(pattern=re.compile(r"^[0-9a-f]{64}$").pattern),
    Field(
        description="sha256 of the UTF-8 text, in lower-case hex.", examples=["e3b0c44298fc1c149afbf4c8996fb924" * 2]
    ),
]


# What a field or header that may not be null holds when it was not sent; its default is not checked.
LEFT_OUT: Any = None


def left_out() -> Any:
    """LEFT_OUT, for fields whose default the API's description would give as null."""
    return LEFT_OUT


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC: offsets go further than PostgreSQL reads them, and its years further than they are read
    back, in whatever zone the server tells them."""
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        utc = None
    if utc is None or not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise ValueError(f"lies outside of the years {FIRST_YEAR} to {LAST_YEAR}")
    return utc


def to_bound(moment: datetime) -> datetime:
    """The same in UTC, or the nearest that can be stored: who looks from the year 1 on means from the beginning."""
    try:
        return to_utc(moment)
    except ValueError:
        early = moment.year <= FIRST_YEAR
        return datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) if early else datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)


# With a time zone.
Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]
# Of what is looked for, not of what is written.
MomentBound = Annotated[AwareDatetime, AfterValidator(to_bound)]


class Strict(BaseModel):
    """What a caller sends: an unknown field is refused, since a misspelt filter would silently find too much."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse_unstorable_json(value: JsonValue) -> JsonValue:
    """PostgreSQL's jsonb holds texts as its text does, and numbers that are finite."""
    try:
        _refuse_unstorable_parts(value)
    except ValueError as error:
        raise ValueError(f"somewhere in this JSON is what {error}") from None
    return value


def _refuse_unstorable_parts(value: JsonValue) -> None:
    match value:
        case str():
            refuse_unstorable(value)
        case float() if not isfinite(value):
            raise ValueError("is too large for a number")
        case list():
            for item in value:
                _refuse_unstorable_parts(item)
        case dict():
            for name, item in value.items():
                refuse_unstorable(name)
                _refuse_unstorable_parts(item)


StorableJson = Annotated[JsonValue, AfterValidator(refuse_unstorable_json)]


def read_whole_number(value: object) -> object:
    """To JSON 2.0 is the same number as 2, and some languages write it so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Strict in all else: neither "2" nor true is a number. Comes last in an annotation, as checks do.
WHOLE = BeforeValidator(read_whole_number)


def read_json(body: bytes) -> Any:
    """The value of a JSON text; raises json.JSONDecodeError for bytes that are no UTF-8, for NaN, for half a surrogate
    pair and for nesting that would exhaust the stack, all of which the standard library's reader lets through."""
    try:
        return from_json(body, allow_inf_nan=False)  # Any: JSON can be anything, the models check it
    except ValueError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    position = re.search(r"column (\d+)", message)
    raise json.JSONDecodeError(message, "", int(position.group(1)) if position else 0)


def refuse_repeated(what: str, paths: Sequence[str]) -> None:
    """Raises ValueError naming a path that comes up twice."""
    if len(set(paths)) < len(paths):
        repeated = next(path for path, count in Counter(paths).items() if count > 1)
        raise ValueError(f"{what}: {repeated} comes up twice")
