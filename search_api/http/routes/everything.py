"""The route of the search over everything: parses, calls the use case, renders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StrictInt

from models.rows import TaskStatusEnum
from search_api.auth import Scope
from search_api.everything import EverythingQuery, EverythingReply, FoundThing, ResultType, search_everything
from search_api.http.documentation import problems
from search_api.http.routes.chat import ChatIndexFreshness, ChatResult, render_hit
from search_api.http.routes.search import CodeResult, IndexFreshness, refuse_long_query
from search_api.http.service import Searcher, TheDatabase, TheService
from search_api.http.strict_json import StrictRoute
from search_api.http.visit import visit_of
from search_api.limits import ASKING, WHOLE, Strict

router = APIRouter(prefix="/v1", tags=["search"], route_class=StrictRoute)


class EverythingRequest(Strict):
    """A search over code, chats and tasks."""

    query: Annotated[
        str,
        Field(min_length=1, description="Words, a sentence, a name, a path.", examples=["how are prices rounded"]),
        ASKING,
    ]
    types: list[ResultType] = Field(
        list(ResultType), min_length=1, max_length=10, description="Only these kinds; all of them when it is left out."
    )
    project_id: UUID | None = Field(
        None, description="Only code of this project; chats and tasks belong to none and are left out."
    )
    limit: Annotated[StrictInt, Field(ge=1, le=100), WHOLE] = 10
    max_tokens: Annotated[StrictInt, Field(ge=1, le=1_000_000), WHOLE] | None = Field(
        None, description="Cut the results to so many tokens; the first one always fits."
    )


class TaskResult(BaseModel):
    """A task that answers."""

    id: int
    status: TaskStatusEnum
    progress: int
    prompt: str
    repo_url: str | None
    branch_name: str | None
    selected_agent: str | None
    created_at: datetime
    updated_at: datetime


class EverythingResult(BaseModel):
    """A result; of `code`, `chat` and `task` the one is there that `type` names."""

    type: ResultType
    score: float = Field(description="From 0 to 1, comparable over the kinds of this reply.")
    code: CodeResult | None
    chat: ChatResult | None
    task: TaskResult | None


class FreshnessOfAll(BaseModel):
    """How far each index is behind; null where it was not searched. Tasks are found as they are written."""

    code: IndexFreshness | None
    chat: ChatIndexFreshness | None


class EverythingAnswer(BaseModel):
    """Results of all kinds, best first."""

    results: list[EverythingResult]
    index: FreshnessOfAll
    left_out: dict[str, str] = Field(description="Which kinds were not searched although asked for, and why.")
    widened: dict[str, dict[str, float]] = Field(
        description="Words that no code has, and the similar ones that code was found by in their place."
    )
    truncated: bool = Field(description="Whether max_tokens left results out.")
    took_ms: float


@router.post("/search", summary="Search everything of the caller's", responses=problems(400, 404, 413))
def post_search(
    http_request: Request, caller: Searcher, database: TheDatabase, service: TheService, request: EverythingRequest
) -> EverythingAnswer:
    """Search code, chats and tasks at once; each result says what it is."""
    refuse_long_query(request.query, service.settings)
    principal = visit_of(http_request.scope).require_principal()
    left_out = {}
    if ResultType.TASK in request.types and not principal.may(Scope.READ_TASKS):
        if set(request.types) == {ResultType.TASK}:
            principal.require_user(Scope.READ_TASKS)
        left_out[ResultType.TASK] = f"The API key lacks the scope '{Scope.READ_TASKS.value}'."
    query = EverythingQuery(
        request.query,
        tuple(dict.fromkeys(request.types)),
        request.project_id,
        request.limit,
        request.max_tokens,
        left_out,
    )
    with service.metrics.timed("everything"):
        return _render(search_everything(database, service.encoder, caller, query, reranker=service.reranker))


def _render(reply: EverythingReply) -> EverythingAnswer:
    return EverythingAnswer(
        results=[_result(each) for each in reply.results],
        index=FreshnessOfAll.model_validate({"code": reply.code_index, "chat": reply.chat_index}, from_attributes=True),
        left_out={kind.value: reason for kind, reason in reply.left_out.items()},
        widened=reply.widened,
        truncated=reply.truncated,
        took_ms=reply.took_ms,
    )


def _result(found: FoundThing) -> EverythingResult:
    return EverythingResult(
        type=found.type,
        score=found.score,
        code=None if found.code is None else CodeResult.model_validate(found.code, from_attributes=True),
        chat=None if found.chat is None else render_hit(found.chat),
        task=None if found.task is None else TaskResult.model_validate(found.task, from_attributes=True),
    )
