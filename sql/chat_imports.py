"""How a piece of a history becomes a session of the caller's: what is there already is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from sql.database import Connection
from sql.loading import query
from sql.sessions import ChatRole

MessageKind = Literal["message", "tool"]


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """`message_id` is what makes it the same when it comes again."""

    message_id: str
    role: ChatRole
    kind: MessageKind
    content: str
    model: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """`added` messages are new, `known` were there; of a session that was deleted here nothing is added."""

    session_id: UUID
    session_key: str
    begun: bool
    added: int
    known: int
    deleted: bool


def import_messages(
    connection: Connection, key: str, title: str | None, messages: Sequence[ImportedMessage]
) -> ImportOutcome:
    """Add what is new of a session of the caller's that is known by `key`."""
    begun_at = min((each.created_at for each in messages if each.created_at is not None), default=None)
    parameters: dict[str, object] = {"key": key, "title": title, "begun_at": begun_at}
    session = connection.execute(query("chat_imports/begin_imported_session"), parameters).fetchone()
    if session is None:
        raise RuntimeError("an insert returned no row")
    session_id, session_key, status, begun = session
    if status == "deleted":
        return ImportOutcome(session_id, session_key, False, 0, 0, True)
    # Twice in one request is one message.
    rows = [_row(each) for each in {each.message_id: each for each in messages}.values()]
    told = {"session_id": session_id, "messages": Jsonb(rows)}
    counted = connection.execute(query("chat_imports/add_imported_messages"), told).fetchone()
    added = int(counted[0]) if counted else 0
    return ImportOutcome(session_id, session_key, begun, added, len(messages) - added, False)


def _row(message: ImportedMessage) -> dict[str, object]:
    return {**asdict(message), "created_at": None if message.created_at is None else message.created_at.isoformat()}
