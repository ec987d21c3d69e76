"""Reads the sessions that Codex CLI keeps: files rollout-*.jsonl, a line an entry.

Assumed of a line: `timestamp`, `type` and `payload`. A session_meta has the session's `id`; a turn_context the `model`;
a response_item has a payload of type message (with `role` and `content`, blocks with `text`), function_call,
custom_tool_call, local_shell_call and their outputs, or reasoning. event_msg repeats what response_items hold. Older
files have the payloads themselves as lines, and the session's `id` on the first. Items have no id of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.histories.records import (
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

_WRAPPED = frozenset({"session_meta", "response_item", "event_msg", "turn_context", "compacted"})
_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "web_search_call", "tool_search_call"})
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_ITEMS = frozenset({"message", "reasoning", *_CALLS, *_OUTPUTS})
# What the program puts before the first thing that the user says.
_ADDED = ("<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<permissions instructions>")


class Codex:
    """The format of ~/.codex/sessions/**/rollout-*.jsonl."""

    name = "codex"

    def recognises(self, lines: Sequence[Mapping[str, Any]]) -> bool:
        return any(
            (line.get("type") in _WRAPPED and "payload" in line)
            or (line.get("type") in _ITEMS - {"message"} and "session" not in line)
            or ("instructions" in line and "id" in line and "timestamp" in line)
            for line in lines
        )

    def read(self, lines: Iterator[Line], file_name: str) -> Iterator[Record]:
        session, model = file_name, None
        said: Counter[str] = Counter()
        for number, line in lines:
            kind, payload = line.get("type"), line.get("payload")
            if kind == "session_meta" and isinstance(payload, Mapping):
                session = str(payload.get("id") or session)
                yield Omission(LeftOut.BOOKKEEPING, number)
            elif kind == "turn_context" and isinstance(payload, Mapping):
                model = payload.get("model") or model
                yield Omission(LeftOut.BOOKKEEPING, number)
            elif kind is None and "id" in line and "timestamp" in line:
                session = str(line["id"])
                yield Omission(LeftOut.BOOKKEEPING, number)
            elif kind in _WRAPPED and kind != "response_item":
                yield Omission(LeftOut.BOOKKEEPING, number)
            else:
                item = payload if kind == "response_item" else line
                try:
                    yield _read_item(item, line.get("timestamp"), session, model, number, said)
                except UnreadableError as error:
                    yield LineError(number, str(error))


def _read_item(item: object, timestamp: object, session: str, model: object, number: int, said: Counter[str]) -> Record:
    if not isinstance(item, Mapping):
        raise UnreadableError("an item without a payload")
    at = time_of(timestamp)
    kind = item.get("type")
    if kind == "message":
        role, text = item.get("role"), text_of(item.get("content"))
        if role not in ("user", "assistant") or (role == "user" and text.lstrip().startswith(_ADDED)):
            return Omission(LeftOut.INSTRUCTIONS, number)
        # The same words twice are two messages, and the same two when the file is read again.
        said[text] += 1
        again = f"{session}:{said[text]}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"
        named = model if role == "assistant" else None
        return make_message(session, str(role), text, number, identity=again, at=at, model=named)
    if kind == "reasoning":
        return Omission(LeftOut.THINKING, number)
    if kind in _CALLS:
        asked = item.get("arguments") or item.get("input") or item.get("action") or ""
        text = asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False)
        text, identity = f"{item.get('name', kind)} {text}", f"{item.get('call_id')}:call"
    elif kind in _OUTPUTS:
        text, identity = _output(item.get("output")), f"{item.get('call_id')}:output"
    else:
        return Omission(LeftOut.UNKNOWN if kind else LeftOut.BOOKKEEPING, number)
    identity = identity if item.get("call_id") else ""
    return make_message(session, "assistant", text, number, identity=identity, kind=MessageKind.TOOL, at=at)


def _output(value: object) -> str:
    """What a tool printed: as it is, in a JSON text, or in an object."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    if isinstance(value, Mapping):
        return text_of(value.get("output") or value.get("content") or "")
    return text_of(value)
