"""How request bodies are read: as strict JSON, whatever the framework would let through."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from search_api.limits import read_json

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON is UTF-8, of bounded depth, and holds whole characters only."""

    async def json(self) -> Any:  # JSON can be anything; the route's model checks it
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its body strictly; the routers of this package all use it."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            # One that has been read already is not there to be received again.
            strict = request if isinstance(request, StrictRequest) else StrictRequest(request.scope, request.receive)
            return await handle(strict)

        return handle_strictly
