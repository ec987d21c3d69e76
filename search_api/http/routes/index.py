"""Routes that tell how far the index is behind the files: once, or as a stream of what changes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from models.caller import Caller
from models.errors import CodingitError
from search_api.http.documentation import problems
from search_api.http.service import Reader, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import Strict
from sql.database import Database
from sql.status import MOST_LISTED, IndexStatus, read_index_status

router = APIRouter(prefix="/v1/index", tags=["index"], route_class=StrictRoute)

EVENT_SCHEMA = {
    "type": "object",
    "properties": {"event": {"enum": ["status", "problem"]}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
SECONDS_BETWEEN_EVENTS = 1.0
# Proxies close a connection that is silent for a minute.
SECONDS_BETWEEN_SIGNS_OF_LIFE = 15


class StatusQuery(Strict):
    """Which files."""

    project_id: UUID | None = Field(None, description="Only this project; without it, all of the caller's files.")


class FailureReply(BaseModel):
    path: str
    error: str
    attempts: int


class SkipReply(BaseModel):
    path: str
    reason: str


class StatusReply(BaseModel):
    """`indexed`, `pending`, `failed` and `skipped` add up to `files`."""

    files: int
    indexed: int
    pending: int = Field(description="Written, and not yet searchable as they are.")
    failed: int = Field(description="Tried at least once without success; they are tried again.")
    skipped: int = Field(description="Stored and not indexed, on purpose.")
    chunks: int
    failures: list[FailureReply] = Field(description="The failed files, by path.", max_length=MOST_LISTED)
    skips: list[SkipReply] = Field(description="The skipped files, by path.", max_length=MOST_LISTED)


@router.get("/status", responses=problems())
def get_status(caller: Reader, database: TheDatabase, query: Annotated[StatusQuery, Query()]) -> StatusReply:
    """Tell how far the index is behind the caller's files."""
    return StatusReply.model_validate(_read(database, caller, query.project_id), from_attributes=True)


@router.get(
    "/events",
    responses={
        **problems(),
        200: {
            "description": "Server-sent events `status`, each with the reply of /v1/index/status as its data, in JSON.",
            "content": {"text/event-stream": {"schema": EVENT_SCHEMA}},
        },
    },
    response_class=StreamingResponse,
)
async def get_events(
    request: Request, caller: Reader, database: TheDatabase, query: Annotated[StatusQuery, Query()]
) -> StreamingResponse:
    """Tell it again whenever it changes; ends when nothing is pending, or when the client leaves."""
    first = await run_in_threadpool(_read, database, caller, query.project_id)
    events = _events(request, database, caller, query.project_id, first)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(
    request: Request, database: Database, caller: Caller, project_id: UUID | None, status: IndexStatus
) -> AsyncIterator[str]:
    yield _event(status)
    silent = 0.0
    while status.pending and not await request.is_disconnected():
        await anyio.sleep(SECONDS_BETWEEN_EVENTS)
        silent += SECONDS_BETWEEN_EVENTS
        before = status
        try:
            status = await run_in_threadpool(_read, database, caller, project_id)
        except CodingitError as error:
            yield f"event: problem\ndata: {json.dumps({'code': error.code, 'detail': error.detail})}\n\n"
            return
        if status != before:
            silent = 0.0
            yield _event(status)
        elif silent >= SECONDS_BETWEEN_SIGNS_OF_LIFE:
            silent = 0.0
            yield ": still there\n\n"


def _event(status: IndexStatus) -> str:
    return f"event: status\ndata: {json.dumps(asdict(status))}\n\n"


def _read(database: Database, caller: Caller, project_id: UUID | None) -> IndexStatus:
    with database.acting_as(caller) as connection:
        return read_index_status(connection, project_id)
