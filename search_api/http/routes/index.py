"""The route that tells how far the index is behind the files: once, or as a stream of what changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

# Chosen over writing frames to a plain streaming response: it pings, and notices a client that has gone and a server
# that stops.
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from models.caller import Caller
from models.errors import CodingitError
from search_api.http.documentation import problems
from search_api.http.service import Reader, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import Strict
from sql.database import Database
from sql.status import MOST_LISTED, IndexStatus, read_index_status

router = APIRouter(prefix="/v1/index", tags=["index"], route_class=StrictRoute)

EVENT_STREAM = "text/event-stream"
EVENT_SCHEMA = {"type": "string", "description": "Events `status`, each with the JSON reply as its data."}
# A person watches a bar; each look costs a count of the caller's files.
SECONDS_BETWEEN_LOOKS = 1.0
# The token is looked at when a stream begins, so a stream does not outlive it by long: clients connect again.
LONGEST_STREAM_SECONDS = 900.0
# How long a stream may take to say goodbye when the service stops.
GOODBYE_SECONDS = 1.0


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


class StreamProblem(BaseModel):
    """Why a stream ends early."""

    code: str
    detail: str
    hint: str


@router.get(
    "/status",
    response_model=StatusReply,
    responses={**problems(404), 200: {"content": {EVENT_STREAM: {"schema": EVENT_SCHEMA}}}},
)
def get_status(
    request: Request, caller: Reader, database: TheDatabase, query: Annotated[StatusQuery, Query()]
) -> Response | StatusReply:
    """Tell how far the index is behind the caller's files.

    With `Accept: text/event-stream` the answer is a stream: an event `status` now and whenever something has changed,
    and an event `problem` before an early end. It ends after a quarter of an hour; connect again to go on.
    """
    status = _read(database, caller, query.project_id)
    if not wants_stream(request.headers.get("accept", "")):
        return StatusReply.model_validate(status, from_attributes=True)
    stopping = anyio.Event()
    return EventSourceResponse(
        _events(stopping, database, caller, query.project_id, status),
        sep="\n",
        shutdown_event=stopping,
        shutdown_grace_period=GOODBYE_SECONDS,
    )


def wants_stream(accept: str) -> bool:
    """Whether a stream is asked for by name, and plain JSON is not."""
    named = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return EVENT_STREAM in named and "application/json" not in named


async def _events(
    stopping: anyio.Event, database: Database, caller: Caller, project_id: UUID | None, status: IndexStatus
) -> AsyncIterator[ServerSentEvent]:
    yield _event("status", StatusReply.model_validate(status, from_attributes=True))
    until = anyio.current_time() + LONGEST_STREAM_SECONDS
    while anyio.current_time() < until:
        with anyio.move_on_after(SECONDS_BETWEEN_LOOKS):
            await stopping.wait()
            return
        before = status
        try:
            status = await run_in_threadpool(_read, database, caller, project_id)
        except CodingitError as error:
            yield _event("problem", StreamProblem(code=error.code, detail=error.detail, hint=error.hint))
            return
        if status != before:
            yield _event("status", StatusReply.model_validate(status, from_attributes=True))


def _event(name: str, data: BaseModel) -> ServerSentEvent:
    return ServerSentEvent(data.model_dump_json(), event=name, sep="\n")


def _read(database: Database, caller: Caller, project_id: UUID | None) -> IndexStatus:
    with database.acting_as(caller) as connection:
        return read_index_status(connection, project_id)
