"""What every request meets first and last: its id, the answer to what nobody caught, safe headers, log and metrics."""

from __future__ import annotations

import json
import logging
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.http.metrics import Metrics
from search_api.http.openai_errors import respond
from search_api.http.visit import Visit, open_visit
from search_api.problems import INTERNAL, describe_problem

ACCESS = logging.getLogger("codingit.access")
DEFECTS = logging.getLogger("codingit.defects")

# Set unless a route says otherwise: a page has its own content policy, a reply with rows of a user is never kept.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# What nginx says of a client that has gone, for the log and the metrics; nobody receives it.
CLIENT_CLOSED_REQUEST = 499


class Reception:
    """The outermost middleware of ours."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = open_visit(scope)
        started = perf_counter()
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = visit.request_id
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:
            problem = describe_problem(error)
            if problem is None:
                DEFECTS.exception("request %s failed", visit.request_id)
            if status != 0:
                # Half an answer is out already; only a broken connection tells the client so.
                raise
            if not visit.given_up:
                answer = respond(problem or INTERNAL, scope, visit.request_id)
                await answer(scope, receive, send_safely)
        finally:
            self._record(scope, visit, status, perf_counter() - started)

    def _record(self, scope: Scope, visit: Visit, status: int, seconds: float) -> None:
        status = CLIENT_CLOSED_REQUEST if visit.given_up else status or INTERNAL.status
        route = getattr(scope.get("route"), "path_format", "unmatched")
        self._metrics.count_request(scope["method"], route, status, seconds)
        principal = visit.principal
        if ACCESS.isEnabledFor(logging.INFO):
            # The query string stays out: it may hold what somebody looks for.
            line = {
                "request_id": visit.request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(seconds * 1000, 2),
                "role": principal.caller.role.value if principal else None,
                "user_id": str(principal.caller.user_id) if principal and principal.caller.user_id else None,
            }
            ACCESS.info(json.dumps(line))
