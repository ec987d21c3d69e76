"""The HTTP door as a whole: which middleware a request passes, which routes there are, who needs no caller."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from search_api.active_encoder import ActiveEncoder
from search_api.auth import Authenticator
from search_api.configured_model import open_reranker
from search_api.embedding import Embeddings
from search_api.encoding_queue import EncodingQueue
from search_api.http.documentation import describe_problems
from search_api.http.door import Door
from search_api.http.mcp import McpDoor
from search_api.http.metrics import Metrics
from search_api.http.openai_errors import respond
from search_api.http.reception import Reception
from search_api.http.routes import (
    api_keys,
    chat,
    chat_imports,
    docs,
    embeddings,
    everything,
    facets,
    files,
    health,
    index,
    members,
    messages,
    page,
    projects,
    search,
    session_messages,
    sessions,
    sign_in,
    tasks,
    teams,
)
from search_api.http.service import Service
from search_api.http.visit import visit_of
from search_api.http.warmup import Warmup
from search_api.problems import INTERNAL, describe_problem
from search_api.settings import Settings
from sql.database import Database

# The framework tries one after the other, which took a sixth of a small request: first what programs ask most.
ROUTERS = (
    search.router,
    embeddings.router,
    chat.router,
    everything.router,
    chat_imports.router,
    files.router,
    projects.router,
    messages.router,
    sessions.router,
    session_messages.router,
    tasks.router,
    teams.router,
    members.router,
    api_keys.router,
    index.router,
    facets.router,
    sign_in.router,
    health.router,
    docs.router,
    page.router,
)
# Everything else needs a caller, a route that somebody adds tomorrow as well.
PUBLIC_PATHS = page.PAGE_PATHS | {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/v1/sign-in"}

DESCRIPTION = """Semantic, full-text and fuzzy search over the code and chats of a workspace.

Every route under `/v1` needs `Authorization: Bearer <JWT | API key>` and answers with what that user may see. A failure
is a problem document (RFC 9457) with a stable `code` and a hint."""


class Api(FastAPI):
    """A FastAPI whose description of itself is true: problems instead of the framework's own errors."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            self.openapi_schema = describe_problems(super().openapi())
        return self.openapi_schema


def create_app(database: Database, encoder: ActiveEncoder, authenticator: Authenticator, settings: Settings) -> FastAPI:
    """The service over an open database, which stays the caller's to close."""
    metrics = Metrics()
    metrics.watch_database(database)
    queue = EncodingQueue(settings.model_batch_tokens, settings.embeddings_queue_tokens, metrics.observe_batch)
    metrics.watch_queue(queue)
    agents = McpDoor()
    service = Service(
        database,
        encoder,
        settings,
        metrics,
        Warmup(encoder.refresh),
        open_reranker(settings),
        Embeddings(encoder, settings.embeddings_request_tokens, settings.embeddings_aliases),
        queue,
        authenticator,
    )
    app = Api(
        title="codingit-search",
        version=version("codingit-search"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: _running(service, agents),
        middleware=_middleware(authenticator, settings, metrics),
        exception_handlers={HTTPException: _answer_refusal, RequestValidationError: _answer_refusal},
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.routes.append(agents.route())
    if settings.metrics_enabled:
        app.include_router(health.metrics_router)
    return app


@asynccontextmanager
async def _running(service: Service, agents: McpDoor) -> AsyncIterator[None]:
    service.queue.open()
    try:
        async with agents.running(service):
            yield
    finally:
        await run_in_threadpool(service.queue.close)


def queue_of(app: FastAPI) -> EncodingQueue:
    """The app's queue of texts, for whoever stops the service."""
    service: Service = app.state.service
    return service.queue


def _middleware(authenticator: Authenticator, settings: Settings, metrics: Metrics) -> Sequence[Middleware]:
    """From the outside in. CORS comes first: a browser's preflight has no token, and reads problems like any answer."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "PUT", "POST", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "Mcp-Protocol-Version",
            "Mcp-Session-Id",
            "X-Request-Id",
        ],
        expose_headers=["ETag", "Idempotency-Replayed", "Location", "Mcp-Session-Id", "Retry-After", "X-Request-Id"],
    )
    ours = [
        Middleware(Reception, metrics=metrics),
        Middleware(
            Door, authenticator=authenticator, public_paths=PUBLIC_PATHS, max_body_bytes=settings.max_body_bytes
        ),
    ]
    return [cors, *ours] if settings.cors_origins else ours


async def _answer_refusal(request: Request, error: Exception) -> Response:
    """What the framework refuses; all other failures reach the reception."""
    problem = describe_problem(error) or INTERNAL
    return respond(problem, request.scope, visit_of(request.scope).request_id)
