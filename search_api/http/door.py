"""Who comes in, and with how much: no caller, no route; no more body than allowed; and a watch for those who leave."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import TooLargeError
from search_api.auth import Authenticator, Principal, read_bearer
from search_api.http.visit import Visit, visit_of

LOG = logging.getLogger("codingit.door")


class ClientGoneError(Exception):
    """The client went away while its request was read."""


class Door:
    """Authenticates before it reads the body, so that a stranger cannot make the service hold one."""

    def __init__(
        self, app: ASGIApp, *, authenticator: Authenticator, public_paths: Collection[str], max_body_bytes: int
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._public = frozenset(public_paths)
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # There are no websockets here, and none comes in by accident.
            await send({"type": "websocket.close", "code": 1008})
            return
        visit = visit_of(scope)
        if scope["path"] not in self._public:
            visit.principal = await self._let_in(scope)
        try:
            body = await self._read_body(scope, receive)
        except ClientGoneError:
            visit.given_up = True
            return
        await self._attend(visit, body, scope, receive, send)

    async def _let_in(self, scope: Scope) -> Principal:
        token = read_bearer([value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"])
        known = self._authenticator.recall(token)
        if known is not None:
            return known
        return await run_in_threadpool(self._authenticator.authenticate, token)

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._max_body_bytes:
            self._refuse_body()
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            part = message.get("body", b"")
            # Counted as well as announced: a chunked body announces nothing.
            size += len(part)
            if size > self._max_body_bytes:
                self._refuse_body()
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _refuse_body(self) -> None:
        raise TooLargeError(f"The body is larger than {self._max_body_bytes} bytes.")

    async def _attend(self, visit: Visit, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app on the body that was read, and stop its work in the database when the client leaves."""
        gone = asyncio.Event()
        unread = [body]

        async def replay() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        finished = False

        async def note_end(message: Message) -> None:
            nonlocal finished
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                finished = True

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            # Servers also say "disconnect" when the answer is out.
            if not finished:
                visit.give_up()
                with suppress(psycopg.Error):
                    await asyncio.to_thread(visit.cancellation.cancel)

        watcher = asyncio.create_task(watch())
        try:
            await self._app(scope, replay, note_end)
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher
