"""An agent's calls on this machine: its own paths and project, and an answer whatever becomes of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from models.errors import UnavailableError
from search_api.cli.mcp import choose_root
from search_api.cli.session import Session
from search_api.mcp.forwarding import ATTEMPTS, Forwarder, read_reply

REQUEST = httpx.Request("POST", "http://127.0.0.1:1/mcp")
DONE = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "found"}], "isError": False}}


class Service:
    """A service that answers in turn, and the sessions that lead to it."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.lost = 0

    def session(self) -> Session:
        return Session("http://127.0.0.1:1", "token")

    def lose(self, session: Session) -> None:
        self.lost += 1

    def post(self, url: str, **options: Any) -> httpx.Response:
        self.asked.append({"url": url, **options})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def response(status: int, document: object) -> httpx.Response:
    return httpx.Response(status, json=document, request=REQUEST)


def test_a_call_is_asked_of_the_service_as_one_session() -> None:
    service = Service(response(200, DONE), response(200, DONE))
    forwarder = Forwarder(service, post=service.post)

    replies = [forwarder.call("search_code", {"query": "a"}) for _ in range(2)]

    assert [(reply.text, reply.failed) for reply in replies] == [("found", False)] * 2
    assert service.asked[0]["json"]["params"] == {"name": "search_code", "arguments": {"query": "a"}}
    first, second = (asked["headers"] for asked in service.asked)
    assert first["Authorization"] == "Bearer token"
    assert first["Mcp-Session-Id"] == second["Mcp-Session-Id"]


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("search_code", {"query": "a"}, {"query": "a", "project": "shop"}),
        ("search_code", {"query": "a", "project": ""}, {"query": "a", "project": "shop"}),
        ("search_code", {"query": "a", "project": "*"}, {"query": "a", "project": "*"}),
        ("search_chat", {"query": "a"}, {"query": "a"}),
        ("index_status", {}, {"project": "shop"}),
        ("read_file", {"path": "/code/shop/src/a.py"}, {"path": "src/a.py", "project": "shop"}),
        ("read_file", {"path": "/code/other/a.py"}, {"path": "/code/other/a.py", "project": "shop"}),
        ("read_file", {"path": 3}, {"path": 3, "project": "shop"}),
    ],
)
def test_an_agent_speaks_of_its_directory(tool: str, arguments: dict[str, object], expected: object) -> None:
    forwarder = Forwarder(Service(), root=Path("/code/shop"), project="shop")

    assert forwarder.localise(tool, arguments) == expected


def test_a_service_that_was_restarted_is_asked_again() -> None:
    service = Service(httpx.ConnectError("refused"), response(200, DONE))

    reply = Forwarder(service, post=service.post).call("search_code", {"query": "a"})

    assert (reply.text, service.lost) == ("found", 1)


def test_a_service_that_stays_away_is_a_failure_with_advice() -> None:
    service = Service(*[httpx.ConnectError("refused")] * ATTEMPTS)

    reply = Forwarder(service, post=service.post).call("search_code", {"query": "a"})

    assert reply.failed
    assert reply.text.startswith("The service at http://127.0.0.1:1 did not answer: refused\nAsk again")


def test_a_service_that_starts_is_told_of() -> None:
    class Starting(Service):
        def session(self) -> Session:
            raise UnavailableError("It is starting.", hint="Wait.")

    reply = Forwarder(Starting()).call("search_code", {"query": "a"})

    assert (reply.text, reply.failed) == ("It is starting.\nWait.", True)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            response(401, {"detail": "The token has expired.", "hint": "Get another."}),
            "The token has expired.\nGet another.",
        ),
        (response(400, {"error": {"message": "Bad Request"}}), "Bad Request\nIs the service of the same version"),
        (response(404, {"x": 1}), "http://127.0.0.1:1/mcp answered 404, and not as an agents' door does."),
        (httpx.Response(200, text="<html>", request=REQUEST), "http://127.0.0.1:1/mcp answered 200, and not"),
        (response(200, {"result": {"content": []}}), "http://127.0.0.1:1/mcp answered 200, and not"),
    ],
)
def test_any_other_answer_is_a_failure_that_says_so(answer: httpx.Response, text: str) -> None:
    reply = read_reply(answer)

    assert reply.failed
    assert reply.text.startswith(text)


def test_a_home_or_a_whole_disk_is_indexed_only_when_it_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    project = home / "shop"
    project.mkdir(parents=True)

    assert choose_root(None, project, home) == project
    assert choose_root(None, home, home) is None
    assert choose_root(None, tmp_path, home) is None
    assert choose_root(None, Path("/"), home) is None
    assert choose_root(home, Path("/"), home) == home
