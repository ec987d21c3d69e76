"""Which reader a file of history is for, and what it holds session by session; nothing is dropped without a count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path

from indexer.decoding import to_storable
from indexer.histories.claude_code import ClaudeCode
from indexer.histories.codex import Codex
from indexer.histories.generic import Generic
from indexer.histories.records import (
    LONGEST_TITLE,
    HistoryMessage,
    HistoryReader,
    HistoryTitle,
    LeftOut,
    Line,
    LineError,
    MessageKind,
    Omission,
)
from models.errors import InvalidRequestError

READERS: tuple[HistoryReader, ...] = (ClaudeCode(), Codex(), Generic())
# Enough to meet a line that tells the format: some begin with a few of bookkeeping.
LOOKED_AT = 50
# Of what somebody asked first, when the history has no title for the session.
TITLE_CHARACTERS = 80


@dataclass(slots=True)
class HistorySession:
    """A session's messages in order, each later than the one before."""

    key: str
    title: str | None = None
    messages: list[HistoryMessage] = field(default_factory=list)

    @property
    def shown_title(self) -> str | None:
        """Its title, else the beginning of the first thing that the user said."""
        if self.title:
            return self.title[:LONGEST_TITLE]
        first = next((each.content for each in self.messages if each.role == "user" and each.kind != "tool"), None)
        line = " ".join((first or "").split())
        return line[:TITLE_CHARACTERS] or None


@dataclass(slots=True)
class ReadHistory:
    """What a file holds: sessions by key, what was left out and why, and lines that could not be read."""

    format: str
    lines: int = 0
    sessions: dict[str, HistorySession] = field(default_factory=dict)
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    errors: list[LineError] = field(default_factory=list)


def read_history(path: Path, *, format_name: str | None = None, with_tools: bool = False) -> ReadHistory:
    """Read a file. Raises InvalidRequestError when no format is recognised, and OSError."""
    errors: list[LineError] = []
    with path.open("rb") as file:
        lines = _parse(file, errors)
        first = list(islice(lines, LOOKED_AT))
        reader = _choose(first, format_name, path)
        history = ReadHistory(reader.name, errors=errors)
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        for record in reader.read(_counted(chain(first, lines), history), path.stem):
            match record:
                case HistoryTitle(session, title):
                    _session(history, session).title = " ".join(to_storable(title).split())
                case Omission(reason):
                    history.left_out[reason] += 1
                case LineError():
                    history.errors.append(record)
                case HistoryMessage(kind=MessageKind.TOOL) if not with_tools:
                    history.left_out[LeftOut.TOOL] += 1
                case HistoryMessage():
                    messages = _session(history, record.session).messages
                    messages.append(replace(record, created_at=_later(record, messages, changed)))
    history.sessions = {key: session for key, session in history.sessions.items() if session.messages}
    history.errors.sort(key=lambda each: each.number)
    return history


def _parse(file: Iterator[bytes], errors: list[LineError]) -> Iterator[Line]:
    for number, raw in enumerate(file, 1):
        if not raw.strip():
            continue
        try:
            # Half a line, of a program that was killed, is a line that fails.
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            errors.append(LineError(number, f"no JSON: {error}"))
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            errors.append(LineError(number, "no JSON object"))


def _choose(first: Sequence[Line], format_name: str | None, path: Path) -> HistoryReader:
    objects = [line for _, line in first]
    for reader in READERS:
        if reader.name == format_name or (format_name is None and reader.recognises(objects)):
            return reader
    known = ", ".join(reader.name for reader in READERS)
    raise InvalidRequestError(
        f"{path} is no history of a known format.",
        hint=f"Known are {known}; the generic one has session, role and content on each line.",
    )


def _counted(lines: Iterator[Line], history: ReadHistory) -> Iterator[Line]:
    for line in lines:
        history.lines += 1
        yield line


def _session(history: ReadHistory, key: str) -> HistorySession:
    return history.sessions.setdefault(key, HistorySession(key))


def _later(message: HistoryMessage, before: Sequence[HistoryMessage], changed: datetime) -> datetime:
    """Its time, moved behind the message before it where clocks are coarse; of none, the file's."""
    last = before[-1].created_at if before else None
    if last is None:
        return message.created_at or changed
    at = message.created_at
    # Hours back are another clock's, or a branch of the talk: only what is close is put in order.
    if at is None or last - timedelta(seconds=1) <= at <= last:
        return last + timedelta(microseconds=1)
    return at
