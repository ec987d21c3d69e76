"""The awaited client: the same methods as the one that waits, the same patience, many requests at once."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import httpx
import pytest

from models.errors import ChangedError, NotFoundError
from search_api.client import ApiClient, AsyncApiClient, Project
from tests.search_api.test_client import NOTHING_FOUND, Service, events, ok, status_event


class Waiting:
    """Makes awaited clients of a service, and keeps how long they slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def client(self, service: Callable[[httpx.Request], httpx.Response]) -> AsyncApiClient:
        return AsyncApiClient("http://x", "t0", transport=httpx.MockTransport(service), sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    anyio.run(story)


def public(kind: type) -> dict[str, list[str]]:
    return {
        name: [each for each in inspect.signature(member).parameters if each != "self"]
        for name, member in inspect.getmembers(kind, inspect.isroutine)
        if not name.startswith("_")
    }


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    assert public(AsyncApiClient) == public(ApiClient)
    assert len(public(ApiClient)) > 20


def test_a_service_that_comes_back_is_waited_for() -> None:
    waiting = Waiting()
    service = Service(
        httpx.ConnectError("refused"), httpx.Response(503, headers={"Retry-After": "2"}), ok(NOTHING_FOUND)
    )

    async def story() -> None:
        async with waiting.client(service) as client:
            reply = await client.search_code("x", limit=3)
        assert reply.results == ()

    run(story)
    assert service.sent() == {"query": "x", "limit": 3}
    assert service.asked[0].headers["Authorization"] == "Bearer t0"
    assert len(waiting.slept) == 2
    assert waiting.slept[1] == 2.0


def test_a_list_is_gone_through_page_by_page() -> None:
    service = Service(
        ok({"projects": [{"id": "1", "title": "a"}], "next": "1"}), ok({"projects": [{"id": "2", "title": "b"}]})
    )

    async def story() -> None:
        client = Waiting().client(service)
        assert [project.id async for project in client.iterate_projects()] == ["1", "2"]

    run(story)


def test_a_project_is_made_only_when_there_is_none_of_its_title() -> None:
    made = {"id": "2", "title": "b"}
    service = Service(ok({"projects": []}), httpx.Response(201, json=made))

    async def story() -> None:
        assert await Waiting().client(service).find_or_create_project("b") == Project("2", "b")

    run(story)
    assert json.loads(service.asked[1].content) == {"title": "b"}


def test_one_thing_comes_with_its_version_and_is_changed_only_in_that_one() -> None:
    service = Service(
        httpx.Response(200, json={"id": "1", "title": "a"}, headers={"ETag": '"v1"'}),
        httpx.Response(412, json={"code": "changed", "detail": "D", "hint": "H"}),
    )

    async def story() -> None:
        client = Waiting().client(service)
        project = await client.read_project("1")
        assert project.etag == '"v1"'
        with pytest.raises(ChangedError):
            await client.change_project("1", title="b", if_match=project.etag)

    run(story)
    assert service.asked[1].headers["If-Match"] == '"v1"'


def test_the_index_is_followed_over_the_end_of_a_stream() -> None:
    waiting = Waiting()
    service = Service(events(status_event(1)), httpx.ReadError("cut"), events(status_event(2)))

    async def story() -> None:
        pending = []
        async for status in waiting.client(service).follow_index():
            pending.append(status.pending)
            if len(pending) == 2:
                break
        assert pending == [1, 2]

    run(story)
    assert len(waiting.slept) == 2


def test_a_refusal_is_its_exception() -> None:
    service = Service(httpx.Response(404, json={"code": "not_found", "detail": "D", "hint": "H"}))

    async def story() -> None:
        with pytest.raises(NotFoundError, match="D"):
            await Waiting().client(service).read_file("7")

    run(story)


def test_requests_are_under_way_at_the_same_time() -> None:
    arrived = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal arrived
        arrived += 1
        # Each waits for all: one after the other would never be answered.
        with anyio.fail_after(30):
            while arrived < 4:
                await anyio.sleep(0)
        return ok(NOTHING_FOUND)

    async def story() -> None:
        client = AsyncApiClient("http://x", "t0", transport=httpx.MockTransport(answer))
        async with client, anyio.create_task_group() as group:
            for number in range(4):
                group.start_soon(client.search_code, str(number))

    run(story)
    assert arrived == 4
