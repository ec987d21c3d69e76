"""Requests that come again: a key is taken, and what was answered is kept, in the transaction that makes the thing.

So there is no half: what fails frees the key, and a second request of the same key waits until the first has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import ConflictError, ReusedKeyError
from sql.database import Connection
from sql.loading import query


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it was sent."""

    status: int
    reply: str
    location: str | None


def claim_key(connection: Connection, key: str, request_hash: bytes) -> Answer | None:
    """None when the key is the caller's to use now, else what was answered under it.

    Raises ReusedKeyError when that was another request.
    """
    parameters = {"key": key, "request_hash": request_hash}
    connection.execute(query("once/forget_expired"), parameters)
    if connection.execute(query("once/claim_key"), parameters).fetchone() is not None:
        return None
    row = connection.execute(query("once/read_answer"), parameters).fetchone()
    if row is None or row[1] is None:
        # Removed since by the caller, who may: what became of the first request is not known.
        raise ConflictError("The Idempotency-Key was given up while it was asked for.", hint="Send the request again.")
    if bytes(row[0]) != request_hash:
        raise ReusedKeyError()
    return Answer(status=row[1], reply=row[2], location=row[3])


def keep_answer(connection: Connection, key: str, answer: Answer) -> None:
    connection.execute(
        query("once/keep_answer"),
        {"key": key, "status": answer.status, "reply": answer.reply, "location": answer.location},
    )


def forget_expired_answers(connection: Connection) -> None:
    """Of all users; as the service."""
    connection.execute(query("once/forget_all_expired"))
