"""What is read from a history, whichever program wrote it: messages, titles, what was left out, and lines that fail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from indexer.decoding import to_storable

# A message of the API holds no more.
LONGEST_CONTENT = 1_000_000
LONGEST_NAME = 200
LONGEST_TITLE = 300


class MessageKind(StrEnum):
    """What somebody said, or what a tool was asked and answered."""

    MESSAGE = "message"
    TOOL = "tool"


class LeftOut(StrEnum):
    """Why a part of a history is no message; the value is what people are told."""

    TOOL = "calls and output of tools"
    THINKING = "thinking of the model"
    INSTRUCTIONS = "instructions that the program added by itself"
    MEDIA = "images and attached files"
    BOOKKEEPING = "bookkeeping of the program"
    EMPTY = "messages without text"
    TOO_LONG = "messages that are too long"
    UNKNOWN = "parts of a kind that is not known"


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A message of the session `session`; `number` is its line, `id` what makes it the same when it is read again."""

    session: str
    id: str
    role: str
    kind: MessageKind
    content: str
    created_at: datetime | None
    model: str | None
    number: int


@dataclass(frozen=True, slots=True)
class HistoryTitle:
    """What a session is called."""

    session: str
    title: str


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that is left out, on purpose."""

    reason: LeftOut
    number: int


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that could not be read."""

    number: int
    reason: str


Record = HistoryMessage | HistoryTitle | Omission | LineError
# One line of JSONL as it was parsed; Any: the shape is another program's.
Line = tuple[int, Mapping[str, Any]]


class HistoryReader(Protocol):
    """A format: whether these lines are of it, and what they hold."""

    name: str

    def recognises(self, lines: Sequence[Mapping[str, Any]]) -> bool: ...

    def read(self, lines: Iterator[Line], file_name: str) -> Iterator[Record]: ...


class UnreadableError(ValueError):
    """Why a line is not what its format says, for the person who imports it."""


def text_of(value: object) -> str:
    """The text of a field that is a string, or a list of blocks with text in them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = (text_of(item.get("text", "")) if isinstance(item, Mapping) else text_of(item) for item in value)
        return "\n".join(part for part in parts if part)
    return ""


def time_of(value: object) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; a time without a zone is in UTC. Raises UnreadableError."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
            return read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise UnreadableError(f"{str(value)[:60]!r} is no time")


def make_message(
    session: str,
    role: str,
    content: str,
    number: int,
    *,
    identity: str = "",
    kind: MessageKind = MessageKind.MESSAGE,
    at: datetime | None = None,
    model: object = None,
) -> HistoryMessage | Omission:
    """A message, or why it is none; one without an `identity` is known by what was said and when."""
    content = to_storable(content)
    if not content.strip():
        return Omission(LeftOut.EMPTY, number)
    if len(content) > LONGEST_CONTENT:
        return Omission(LeftOut.TOO_LONG, number)
    if not identity or len(identity) > LONGEST_NAME:
        what = "\0".join((identity, session, role, "" if at is None else at.isoformat(), content))
        identity = hashlib.sha256(what.encode()).hexdigest()[:32]
    named = to_storable(model)[:LONGEST_NAME] if isinstance(model, str) and model else None
    return HistoryMessage(session, to_storable(identity), role, kind, content, at, named, number)
