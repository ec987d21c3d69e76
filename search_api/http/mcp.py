"""`/mcp`: the tools for agents over streamable HTTP, for the caller that the door has let in.

Sessions are names and not state: any process of the service goes on with any session, also after a restart. All that a
session has is a memory of the code that it was sent. Every reply is one JSON document; nothing is sent unasked, so
there is no stream to open with GET.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.caller import ANON
from search_api.http.origins import refuse_foreign
from search_api.http.service import Service
from search_api.http.visit import visit_of
from search_api.mcp.desk import Desk
from search_api.mcp.memory import Memory
from search_api.mcp.replies import ToolReply

if TYPE_CHECKING:
    from search_api.mcp.server import Context

PATH = "/mcp"
SESSION_HEADER = "mcp-session-id"
SESSION = re.compile(r"[\x21-\x7e]{1,100}")
METHODS = ("POST", "DELETE")


class McpDoor:
    """The endpoint; the protocol's library is loaded by the first request, since it takes a second."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._service: Service | None = None
        self._wanted = asyncio.Event()
        self._ready: asyncio.Future[ASGIApp] | None = None

    def route(self) -> Route:
        return Route(PATH, self, include_in_schema=False)

    @asynccontextmanager
    async def running(self, service: Service) -> AsyncIterator[None]:
        """Answer for as long as the block runs."""
        self._service = service
        self._wanted = asyncio.Event()
        self._ready = asyncio.get_running_loop().create_future()
        # The library's task group is entered and left by the same task.
        task = asyncio.create_task(self._host())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        service = self._running_service()
        scope["route"] = self.route()
        refuse_foreign(
            headers.get("host"),
            headers.get("origin"),
            own_names=(*service.settings.public_hosts, service.settings.host),
            known_origins=service.settings.cors_origins,
        )
        if scope["method"] not in METHODS:
            await Response(status_code=405, headers={"Allow": ", ".join(METHODS)})(scope, receive, send)
        elif scope["method"] == "DELETE":
            await self._end_session(scope, headers)
            await Response(status_code=204)(scope, receive, send)
        else:
            app = await self._started()
            await app(scope, receive, send if SESSION_HEADER in headers else _naming_session(send))

    async def _end_session(self, scope: Scope, headers: Headers) -> None:
        user_id = visit_of(scope).require_principal().caller.user_id
        name = headers.get(SESSION_HEADER)
        if user_id is not None and name is not None:
            self._memory.forget((user_id, name))

    def _running_service(self) -> Service:
        if self._service is None:
            raise RuntimeError("the app's lifespan has not begun")
        return self._service

    async def _started(self) -> ASGIApp:
        if self._ready is None:
            raise RuntimeError("the app's lifespan has not begun")
        self._wanted.set()
        return await asyncio.shield(self._ready)

    async def _host(self) -> None:
        await self._wanted.wait()
        if self._ready is None:
            return
        try:
            manager = await run_in_threadpool(self._make_manager)
            async with manager.run():
                self._ready.set_result(manager.handle_request)
                await asyncio.Event().wait()
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    def _make_manager(self) -> Any:  # Any: its module is not loaded before this runs
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from search_api.mcp.server import make_server

        settings = self._running_service().settings
        return StreamableHTTPSessionManager(
            make_server(self._answer, _scopes_of),
            json_response=True,
            stateless=True,
            max_request_body_size=settings.max_body_bytes,
        )

    async def _answer(self, context: Context, name: str, arguments: Mapping[str, object]) -> ToolReply:
        from search_api.mcp.tools import call_tool

        request = _request_of(context)
        visit = visit_of(request.scope)
        service = self._running_service()
        session = request.headers.get(SESSION_HEADER, "")
        desk = Desk(
            database=service.database.cancellable(visit.cancellation),
            encoder=service.encoder,
            caller=ANON,
            settings=service.settings,
            memory=self._memory,
            timed=service.metrics.timed,
            reranker=service.reranker,
            session=session if SESSION.fullmatch(session) else None,
        )
        return await run_in_threadpool(call_tool, desk, visit.require_principal(), name, arguments)


def _request_of(context: Context) -> Request:
    request = context.request
    if not isinstance(request, Request):
        raise RuntimeError("the call did not come over HTTP")
    return request


def _scopes_of(context: Context) -> frozenset[str] | None:
    return visit_of(_request_of(context).scope).require_principal().scopes


def _naming_session(send: Send) -> Send:
    """Whoever begins without a session is told a name for one; clients of later protocols pass it over."""

    async def send_named(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(scope=message)[SESSION_HEADER] = uuid.uuid4().hex
        await send(message)

    return send_named
