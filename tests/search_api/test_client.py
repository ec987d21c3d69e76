"""What the client sends, what it makes of replies and problems, and how long it waits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from indexer.file_store import DiffReply, FileHash, FileMove, FileStore, FileWrite, ManifestPage, Project, WriteReply
from models.errors import (
    CodingitError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)
from search_api.client import ApiClient, BadReplyError, IndexFailure, IndexSkip, IndexStatus

Handler = Callable[[httpx.Request], httpx.Response]


class Service:
    """Answers with what it was given, the last again and again; keeps what it was asked and how long one slept."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> ApiClient:
        return ApiClient("http://x", "t0", transport=httpx.MockTransport(self), sleep=self.slept.append)

    def sent(self, index: int = -1) -> Any:
        return json.loads(self.asked[index].content)


def ok(document: Any) -> httpx.Response:
    return httpx.Response(200, json=document)


def test_the_client_is_a_file_store() -> None:
    store: FileStore = Service(ok({"wanted": ["/p/a"], "unchanged": 4})).client()

    assert store.diff("p", [FileHash("/p/a", "00")]) == DiffReply(("/p/a",), 4)


def test_every_request_carries_the_token() -> None:
    service = Service(ok({"projects": [{"id": "1", "title": "shop", "is_public": False}]}))

    projects = service.client().list_projects()

    assert projects == [Project("1", "shop")]
    assert service.asked[0].headers["Authorization"] == "Bearer t0"


def test_a_project_is_made_only_when_there_is_none_of_its_title() -> None:
    service = Service(
        ok({"projects": [{"id": "1", "title": "a"}]}), httpx.Response(201, json={"id": "2", "title": "b"})
    )

    with service.client() as client:
        made = client.find_or_create_project("b")

    assert made == Project("2", "b")
    assert service.sent() == {"title": "b"}


def test_a_manifest_is_asked_for_page_by_page() -> None:
    service = Service(ok({"files": [{"path": "/p/a", "content_hash": "00", "id": "7"}], "next": "/p/a"}))

    page = service.client().list_manifest("p", after=None, limit=5)

    assert page == ManifestPage((FileHash("/p/a", "00"),), "/p/a")
    assert dict(service.asked[0].url.params) == {"project_id": "p", "limit": "5"}


def test_writes_moves_and_deletions_are_one_request() -> None:
    service = Service(ok({"written": 1, "moved": 1, "deleted": 1}))

    reply = service.client().put_files("p", [FileWrite("/p/a", "é"), FileMove("/p/c", "/p/b")], ["/p/d"])

    assert reply == WriteReply(1, 1, 1)
    assert service.asked[0].method == "PUT"
    assert service.sent() == {
        "project_id": "p",
        "files": [{"path": "/p/a", "content": "é"}, {"path": "/p/c", "moved_from": "/p/b"}],
        "deleted": ["/p/d"],
    }


def test_the_index_status_is_typed() -> None:
    numbers = {"files": 5, "indexed": 2, "pending": 1, "failed": 1, "skipped": 1, "chunks": 9}
    lists = {
        "failures": [{"path": "/a", "error": "no", "attempts": 2}],
        "skips": [{"path": "/b", "reason": "binary"}],
    }

    status = Service(ok(numbers | lists)).client().index_status("p")

    assert status == IndexStatus(
        5, 2, 1, 1, 1, 9, failures=(IndexFailure("/a", "no", 2),), skips=(IndexSkip("/b", "binary"),)
    )


def test_a_search_sends_what_was_given_and_nothing_else() -> None:
    service = Service(ok({"results": []}))

    service.client().search_code("parse \ud800 url", mode="hybrid", project_id=None, limit=5)

    assert service.sent() == {"query": "parse \ufffd url", "mode": "hybrid", "limit": 5}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "unauthenticated", UnauthenticatedError),
        (403, "forbidden", ForbiddenError),
        (404, "not_found", NotFoundError),
        (404, "no_such_route", NotFoundError),
        (409, "conflict", ConflictError),
        (413, "too_large", TooLargeError),
        (422, "invalid_request", InvalidRequestError),
        (418, "teapot", CodingitError),
        (500, "internal", CodingitError),
    ],
)
def test_a_problem_becomes_its_exception(status: int, code: str, kind: type[CodingitError]) -> None:
    problem = {"type": "about:blank", "title": "T", "status": status, "detail": "D", "code": code, "hint": "H"}
    service = Service(httpx.Response(status, json=problem))

    with pytest.raises(CodingitError) as raised:
        service.client().search_code("x")

    assert type(raised.value) is kind
    assert (raised.value.detail, raised.value.code, raised.value.status, raised.value.hint) == ("D", code, status, "H")
    assert service.slept == []


def test_an_error_that_is_no_problem_document_keeps_its_status() -> None:
    with pytest.raises(NotFoundError) as raised:
        Service(httpx.Response(404, text="<html>")).client().list_projects()

    assert "404" in raised.value.detail


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), ok([]), ok({}), ok({"projects": [{"id": 1}]})])
def test_a_reply_of_another_service_is_told(answer: httpx.Response) -> None:
    with pytest.raises(BadReplyError):
        Service(answer).client().list_projects()


@pytest.mark.parametrize(
    "trouble",
    [httpx.Response(503, json={"code": "unavailable"}), httpx.ConnectError("refused"), httpx.ReadError("cut")],
)
def test_a_service_that_comes_back_is_waited_for(trouble: httpx.Response | Exception) -> None:
    service = Service(trouble, trouble, ok({"projects": []}))

    assert service.client().list_projects() == []

    assert len(service.slept) == 2
    assert 0 < service.slept[0] <= 0.25


def test_retry_after_is_honoured() -> None:
    away = httpx.Response(503, headers={"Retry-After": "3"}, json={})
    service = Service(away, ok({"projects": []}))

    service.client().list_projects()

    assert service.slept == [3.0]


def test_a_service_that_stays_away_is_given_up_on_with_a_hint() -> None:
    service = Service(httpx.ConnectError("refused"))

    with pytest.raises(UnavailableError) as raised:
        service.client().list_projects()

    assert len(service.asked) == 6
    assert "codingit" in raised.value.hint


def test_a_project_is_not_made_twice_when_the_reply_is_lost() -> None:
    service = Service(httpx.ReadError("cut"))

    with pytest.raises(UnavailableError):
        service.client().create_project("a")

    assert len(service.asked) == 1


def test_importing_the_client_loads_no_database_no_encoder_and_no_server() -> None:
    program = (
        "import sys, search_api.client, indexer.syncing, indexer.watching;"
        "print(sorted({'psycopg', 'torch', 'fastapi', 'numpy', 'sentence_transformers'} & set(sys.modules)))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
