"""Tests of the queue behind /v1/embeddings: who waits, who is refused for now, what becomes of clients that leave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import anyio
import httpx
import numpy as np
import openai
import pytest
from numpy.typing import NDArray

from search_api.embedding import AT_ONCE_CHARACTERS
from search_api.http.app import queue_of
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

MODEL = "stub"


class HeldEncoder(StubEncoder):
    """Encodes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.begun = threading.Event(), threading.Semaphore(0)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.begun.release()
        assert self.let.wait(30)
        return super().encode_documents(texts)


@pytest.fixture
def held(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[tuple[Api, HeldEncoder]]:
    encoder = HeldEncoder()
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: encoder, embeddings_queue_tokens=100), encoder
        encoder.let.set()


async def ask(http: httpx.AsyncClient, text: str, replies: list[httpx.Response]) -> None:
    replies.append(await http.post("/v1/embeddings", json={"model": MODEL, "input": text}))


def waiting(api: Api) -> int:
    return int(queue_of(api.app).state().requests)


async def until(state: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not state():
            await anyio.sleep(0)


def asking(api: Api, story: Callable[[httpx.AsyncClient], Any]) -> None:
    async def run() -> None:
        headers = {"Authorization": f"Bearer {token_of(api.sign_up())}"}
        transport = httpx.ASGITransport(api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as http:
            await story(http)

    anyio.run(run)


def test_a_full_queue_is_told_with_the_time_to_come_back(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "w " * 90, replies)
            await until(lambda: waiting(api) == 1)
            refused = await http.post("/v1/embeddings", json={"model": MODEL, "input": "w " * 20})
            encoder.let.set()
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["error"]["type"] == "rate_limit_error"

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200]


def test_openais_client_comes_back_by_itself(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held

    async def story(http: httpx.AsyncClient) -> None:
        replies: list[httpx.Response] = []
        refused = 0

        async def let_after_a_refusal(response: httpx.Response) -> None:
            nonlocal refused
            if response.status_code == 429:
                refused += 1
                encoder.let.set()
                await until(lambda: waiting(api) == 0)

        transport = httpx.ASGITransport(api.app)
        # Any: the client takes the clients of two libraries, and is typed for one of them.
        own: Any
        async with (
            httpx.AsyncClient(transport=transport, event_hooks={"response": [let_after_a_refusal]}) as own,
            anyio.create_task_group() as group,
        ):
            group.start_soon(ask, http, "w " * 90, replies)
            await until(lambda: waiting(api) == 1)
            key = http.headers["Authorization"].removeprefix("Bearer ")
            client = openai.AsyncOpenAI(api_key=key, base_url="http://testserver/v1", http_client=own, max_retries=2)
            reply = await client.embeddings.create(model=MODEL, input="w " * 20)
            assert reply.usage.prompt_tokens == 20
        assert refused == 1

    asking(api, story)


def test_requests_that_come_meanwhile_are_encoded_together(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "first", replies)
            await until(lambda: encoder.begun.acquire(blocking=False))
            for number in range(8):
                group.start_soon(ask, http, f"text {number}", replies)
            await until(lambda: waiting(api) == 9)
            encoder.let.set()
        metrics = (await http.get("/metrics")).text
        assert "codingit_embedding_batch_texts_count 2.0" in metrics
        assert "codingit_embedding_batch_texts_sum 9.0" in metrics
        assert "codingit_embedding_batch_tokens_sum 17.0" in metrics
        assert "codingit_embedding_queue_tokens 0.0" in metrics

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200] * 9


def scope_with(token: str) -> dict[str, Any]:
    """What a server hands on of a request for embeddings."""
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/embeddings",
        "raw_path": b"/v1/embeddings",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


def test_a_client_that_leaves_takes_its_texts_along(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    token = token_of(api.sign_up())
    scope = scope_with(token)
    body = b'{"model": "stub", "input": ["w w w", "w"]}'
    sent: list[Any] = []

    async def story() -> None:
        gone = anyio.Event()
        received = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if received:
                return received.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        async with anyio.create_task_group() as group:
            group.start_soon(api.app, scope, receive, send)
            await until(lambda: encoder.begun.acquire(blocking=False))
            assert waiting(api) == 1
            gone.set()
        assert waiting(api) == 0

    anyio.run(story)
    # Answered to nobody, and not failed because the encoder gave up waiting.
    assert sent[0]["status"] == 204
    assert queue_of(api.app).state().tokens == 0


def test_a_client_that_leaves_while_its_request_is_prepared_is_not_waited_for(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    scope = scope_with(token_of(api.sign_up()))
    # Too long to be prepared at once: the door hears of the leaving before there is anything to wait for.
    body = json.dumps({"model": "stub", "input": "w " * AT_ONCE_CHARACTERS, "truncate": True}).encode()
    received = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def story() -> None:
        # A guard against waiting for ever: the encoder is let go only when the test is over.
        with anyio.fail_after(30):
            await api.app(scope, receive, send)
        assert waiting(api) == 0

    anyio.run(story)
    assert not encoder.let.is_set()
    assert sent[0]["status"] == 204
    assert queue_of(api.app).state().tokens == 0


def test_a_service_that_stops_refuses_and_says_when_to_come_back(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        queue = queue_of(api.app)
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "first", replies)
            await until(lambda: encoder.begun.acquire(blocking=False))
            queue.refuse()
            late = await http.post("/v1/embeddings", json={"model": MODEL, "input": "late"})
            encoder.let.set()
        assert late.status_code == 503
        assert int(late.headers["Retry-After"]) >= 1
        assert late.json()["error"]["type"] == "server_error"

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200]
