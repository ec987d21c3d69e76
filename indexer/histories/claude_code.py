"""Reads the sessions that Claude Code keeps: one JSONL file a session, a line an entry.

Assumed of a line: `type` (user, assistant, summary, system and others), `sessionId`, `uuid`, `timestamp`, and for the
first two `message` with `role`, `content` (a text, or blocks of type text, tool_use, tool_result, thinking, image) and
`model`. A summary has `summary`, the session's title. `isMeta` marks what the program said in the user's name. One
answer of the model may come as several lines; each is a message of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from indexer.histories.records import (
    HistoryTitle,
    LeftOut,
    Line,
    LineError,
    MessageKind,
    Omission,
    Record,
    UnreadableError,
    make_message,
    text_of,
    time_of,
)

# What the program writes into a user's message by itself.
_ADDED = (
    "<command-name>",
    "<command-message>",
    "<local-command-stdout>",
    "<system-reminder>",
    "Caveat: The messages below",
)
_OMITTED = {"thinking": LeftOut.THINKING, "redacted_thinking": LeftOut.THINKING, "image": LeftOut.MEDIA,
            "document": LeftOut.MEDIA}  # fmt: skip


class ClaudeCode:
    """The format of ~/.claude/projects/*/*.jsonl."""

    name = "claude-code"

    def recognises(self, lines: Sequence[Mapping[str, Any]]) -> bool:
        return any(
            ("sessionId" in line and ("message" in line or "uuid" in line))
            or (line.get("type") == "summary" and "leafUuid" in line)
            for line in lines
        )

    def read(self, lines: Iterator[Line], file_name: str) -> Iterator[Record]:
        for number, line in lines:
            try:
                yield from _read_line(number, line, file_name)
            except UnreadableError as error:
                yield LineError(number, str(error))


def _read_line(number: int, line: Mapping[str, Any], file_name: str) -> Iterator[Record]:
    session = str(line.get("sessionId") or file_name)
    kind = line.get("type")
    if kind == "summary" and isinstance(line.get("summary"), str):
        yield HistoryTitle(session, line["summary"])
        return
    if kind not in ("user", "assistant"):
        yield Omission(LeftOut.BOOKKEEPING, number)
        return
    message = line.get("message")
    if not isinstance(message, Mapping):
        raise UnreadableError(f"an entry of type {kind!r} without a message")
    at = time_of(line.get("timestamp"))
    content = message.get("content")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    for place, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            raise UnreadableError(f"block {place + 1} of the message is no object")
        identity = f"{line['uuid']}:{place}" if isinstance(line.get("uuid"), str) else ""
        yield _read_block(block, session, str(kind), number, identity, at, line, message)


def _read_block(
    block: Mapping[str, Any],
    session: str,
    role: str,
    number: int,
    identity: str,
    at: datetime | None,
    line: Mapping[str, Any],
    message: Mapping[str, Any],
) -> Record:
    kind = block.get("type")
    if kind == "text":
        text = text_of(block.get("text"))
        if role == "user" and (line.get("isMeta") or text.lstrip().startswith(_ADDED)):
            return Omission(LeftOut.INSTRUCTIONS, number)
        return make_message(session, role, text, number, identity=identity, at=at, model=message.get("model"))
    if kind == "tool_use":
        text = f"{block.get('name', 'tool')} {json.dumps(block.get('input', {}), ensure_ascii=False)}"
    elif kind == "tool_result":
        text = text_of(block.get("content"))
    else:
        return Omission(_OMITTED.get(str(kind), LeftOut.UNKNOWN), number)
    # Both stand on the assistant's side: the user said neither.
    return make_message(session, "assistant", text, number, identity=identity, kind=MessageKind.TOOL, at=at)
