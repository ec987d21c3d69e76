"""What is asked of the service and how its reply is read, as values: nothing here opens a connection."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

# Chosen over own code and over pydantic: it checks and types a reply in one pass, and is imported in milliseconds.
import msgspec
from msgspec import UNSET, UnsetType

from models.errors import CodingitError, InvalidRequestError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
# What a request's body can hold; msgspec writes moments, ids and enums as the service reads them.
Body = Mapping[str, Any]
Scalar = str | int | bool | None


class BadReplyError(CodingitError):
    """The service answered with something that is not its API."""

    code = "bad_reply"
    status = 502
    hint = "Does the address name a codingit-search service, and one of this version?"


# Records here are msgspec's, not dataclasses: such a class is made 45 times as fast (0.03 ms instead of 1.4 ms), and
# each start of the command line makes all of them.
class Reply(msgspec.Struct, frozen=True):
    """What the service answers."""


class Versioned(Reply, frozen=True, kw_only=True):
    """A thing that changes; `etag` names the version that was read, and is None where it stands in a list."""

    etag: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list, which can be iterated over; `next` asks for what follows, and is None on the last page.

    `previous` asks for what comes before, in the lists that can be read backwards.
    """

    items: tuple[T, ...]
    next: str | int | None = None
    previous: str | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Reading(Protocol[T_co]):
    """Makes of a reply's bytes, and of its ETag if it has one, what the caller gets. Raises BadReplyError."""

    def read(self, content: bytes, etag: str | None = None) -> T_co: ...


class Whole(msgspec.Struct, Generic[T], frozen=True):
    """The reply is one document; fields that this version does not know are left."""

    kind: type[T]

    def read(self, content: bytes, etag: str | None = None) -> T:
        try:
            return msgspec.json.decode(content, type=self.kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadReplyError(f"A reply is no valid {self.kind.__name__}: {error}") from error


class One(Whole[T], frozen=True):
    """The reply is one thing in a version of it, which the thing then says in its `etag`."""

    def read(self, content: bytes, etag: str | None = None) -> T:
        thing = super().read(content)
        # Any: a record is of one of two kinds, and what replaces a field of both takes either.
        replace: Any = dataclasses.replace if dataclasses.is_dataclass(thing) else msgspec.structs.replace
        tagged: T = replace(thing, etag=etag)
        return tagged


class PageOf(msgspec.Struct, Generic[T], frozen=True):
    """The reply is a page whose items are in this field."""

    field: str
    kind: type[T]

    def read(self, content: bytes, etag: str | None = None) -> Page[T]:
        try:
            document = msgspec.json.decode(content, type=dict[str, Any])
            items = msgspec.convert(document[self.field], type=tuple[self.kind, ...])  # type: ignore[name-defined]
            return Page(items, document.get("next"), document.get("previous"))
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise BadReplyError(f"A reply is no valid page of {self.kind.__name__}: {error}") from error


class Nothing(msgspec.Struct, frozen=True):
    """The reply has no body."""

    def read(self, content: bytes, etag: str | None = None) -> None:
        return None


class Ask(msgspec.Struct, Generic[T], frozen=True):
    """One request. It is sent again after a lost reply only when it is `repeatable`."""

    method: str
    path: str
    reading: Reading[T]
    query: Mapping[str, Scalar] = msgspec.field(default_factory=dict)
    body: Body | None = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    repeatable: bool = True

    def content(self) -> bytes | None:
        return None if self.body is None else msgspec.json.encode(self.body)

    def parameters(self) -> dict[str, str]:
        """The query without what was not given."""
        return {name: _written(value) for name, value in self.query.items() if value is not None}

    def all_headers(self) -> dict[str, str]:
        written = {} if self.body is None else {"Content-Type": "application/json"}
        return {**written, **self.headers}

    def after(self, position: str | int) -> Ask[T]:
        """The same list from there on."""
        # Where the first page stood is no place of the next one.
        begun = {name: value for name, value in self.query.items() if name not in ("before", "around")}
        return msgspec.structs.replace(self, query={**begun, "after": position})

    def expecting(self, if_match: UnsetType | str | None) -> Ask[T]:
        """The same, refused with ChangedError when the thing is of another version by then; UNSET expects nothing.

        Raises InvalidRequestError for None, which things in a list have: it would look like a check and be none.
        """
        if if_match is UNSET:
            return self
        if not isinstance(if_match, str):
            raise InvalidRequestError("if_match: things in a list, and new keys, have none", hint="Read it by its id.")
        # Not sent again after a lost reply: what the first one has changed would be taken for somebody else's change.
        return msgspec.structs.replace(self, headers={**self.headers, "If-Match": if_match}, repeatable=False)


def making(path: str, reading: Reading[T], body: Body) -> Ask[T]:
    """Make one thing. The request has a name of its own, so that it may be sent again after a lost reply."""
    return Ask("POST", path, reading, body=body, headers={"Idempotency-Key": str(uuid4())})


def sent(**fields: Any) -> dict[str, Any]:
    """The fields without those that are UNSET; None takes away what is there."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def given(**fields: Any) -> dict[str, Any]:
    """The fields without those that were not given: the service has the defaults."""
    return {name: value for name, value in fields.items() if value is not None}


def to_document(reply: object) -> Any:
    """A reply as JSON's own kinds, in the words of the API, which tells the ETag beside it."""
    document = msgspec.to_builtins(reply)
    for each in (document, *(document["items"] if isinstance(reply, Page) else ())):
        if isinstance(each, dict):
            each.pop("etag", None)
    return document


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
