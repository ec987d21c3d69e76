"""Reads JSONL that anybody can write: a line a message.

    {"session": "ticket-17", "role": "user", "content": "Why does it fail?"}

`session`, `role` (user, assistant, system, or tool) and `content` must be there; `content` is a text, or a list of
blocks with `text`. `id` (else a message is known by what was said and when), `created_at` (ISO 8601, or seconds since
1970), `model`, `title` of the session and `kind` (message or tool) may be there. Other fields are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.histories.records import (
    HistoryTitle,
    Line,
    LineError,
    MessageKind,
    Record,
    UnreadableError,
    make_message,
    text_of,
    time_of,
)

ROLES = ("user", "assistant", "system")


class Generic:
    """The documented format of this project."""

    name = "generic"

    def recognises(self, lines: Sequence[Mapping[str, Any]]) -> bool:
        return any("session" in line and "role" in line and "content" in line for line in lines)

    def read(self, lines: Iterator[Line], file_name: str) -> Iterator[Record]:
        titles: dict[str, str] = {}
        for number, line in lines:
            try:
                record, title = _read_line(number, line)
            except UnreadableError as error:
                yield LineError(number, str(error))
                continue
            if title and titles.get(str(line["session"])) != title:
                titles[str(line["session"])] = title
                yield HistoryTitle(str(line["session"]), title)
            yield record


def _read_line(number: int, line: Mapping[str, Any]) -> tuple[Record, str]:
    missing = [name for name in ("session", "role", "content") if name not in line]
    if missing:
        raise UnreadableError(f"'{missing[0]}' is missing")
    session, role, content = str(line["session"]), line["role"], line["content"]
    if not session.strip():
        raise UnreadableError("'session' is empty")
    if role not in (*ROLES, "tool"):
        raise UnreadableError(f"the role {str(role)[:40]!r} is none of {', '.join(ROLES)}, tool")
    if not isinstance(content, (str, list)):
        raise UnreadableError("'content' is neither a text nor a list of blocks")
    kind = line.get("kind", "tool" if role == "tool" else "message")
    if kind not in ("message", "tool"):
        raise UnreadableError(f"the kind {str(kind)[:40]!r} is neither message nor tool")
    record = make_message(
        session,
        "assistant" if role == "tool" else str(role),
        text_of(content),
        number,
        identity=str(line.get("id") or ""),
        kind=MessageKind(kind),
        at=time_of(line.get("created_at")),
        model=line.get("model"),
    )
    title = line.get("title")
    return record, title if isinstance(title, str) else ""
