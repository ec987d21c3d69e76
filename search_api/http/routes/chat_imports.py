"""The route through which histories of other programs come in, a piece of a session at a time."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from search_api.http.documentation import problems
from search_api.http.routes.chat import Name
from search_api.http.service import ChatWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import LARGEST_FILE_CHARS, STORABLE, Moment, Strict, Title
from sql.chat_imports import ImportedMessage, import_messages
from sql.sessions import ChatRole

router = APIRouter(prefix="/v1/chat", tags=["chat"], route_class=StrictRoute)

MOST_MESSAGES = 500


class MessageOfHistory(Strict):
    """A message as it was said."""

    message_id: Name = Field(description="What makes it the same when it is imported again.")
    role: ChatRole
    content: Annotated[str, Field(min_length=1, max_length=LARGEST_FILE_CHARS), STORABLE]
    kind: Literal["message", "tool"] = Field("message", description="`tool` for what tools were asked and answered.")
    model: Name | None = None
    created_at: Moment | None = Field(None, description="When it was said; now when it is left out.")


class PieceOfHistory(Strict):
    """Messages of one session."""

    key: Name = Field(description="What makes the session the same when it is imported again: the caller's own name.")
    title: Title | None = Field(None, description="What the session is called from now on; null leaves it as it is.")
    messages: list[MessageOfHistory] = Field(min_length=1, max_length=MOST_MESSAGES)


class ImportReply(BaseModel):
    """What became of the messages; `known` were there before."""

    session_id: UUID
    session_key: str
    begun: bool = Field(description="Whether the session is new.")
    added: int
    known: int
    deleted: bool = Field(description="Whether the session was deleted here before: then nothing is added.")


@router.post("/imports", responses=problems(400, 413))
def post_import(caller: ChatWriter, database: TheDatabase, piece: PieceOfHistory) -> ImportReply:
    """Import messages of a history; those that are there already are passed over, so it may be sent again."""
    messages = [
        ImportedMessage(each.message_id, each.role, each.kind, each.content, each.model, each.created_at)
        for each in piece.messages
    ]
    with database.acting_as(caller) as connection:
        outcome = import_messages(connection, piece.key, piece.title, messages)
    return ImportReply.model_validate(outcome, from_attributes=True)
