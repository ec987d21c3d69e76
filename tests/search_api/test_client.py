"""What the client sends, what it makes of replies and problems, and how long it waits."""

from __future__ import annotations

import base64
import inspect
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from indexer.file_store import DiffReply, FileHash, FileMove, FileStore, FileWrite, ManifestPage, WriteReply
from models.errors import (
    ChangedError,
    CodingitError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from search_api.client import ApiClient, BadReplyError, IndexFailure, IndexSkip, IndexStatus, Project, to_document

Handler = Callable[[httpx.Request], httpx.Response]

CODE_RESULT = {
    "path": "/p/a.py",
    "project_id": None,
    "file_id": "7",
    "language": "python",
    "kind": "function",
    "symbol": "f",
    "start_line": 1,
    "end_line": 2,
    "score": 1.5,
    "content": "def f(): ...",
    "stale": False,
}
NOTHING_FOUND = {
    "results": [],
    "index": {"files": 0, "pending": 0, "failed": 0},
    "widened": {},
    "truncated": False,
    "took_ms": 1.0,
}


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


def status_event(pending: int) -> tuple[str, Any]:
    return "status", {"files": 9, "indexed": 0, "pending": pending, "failed": 0, "skipped": 0, "chunks": 0}


def events(*told: tuple[str, Any]) -> httpx.Response:
    text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text=": ping\n\n" + text)


def test_the_client_is_a_file_store() -> None:
    store: FileStore = Service(ok({"wanted": ["/p/a"], "unchanged": 4})).client()

    assert store.diff("p", [FileHash("/p/a", "00")]) == DiffReply(("/p/a",), 4)


def test_every_request_carries_the_token() -> None:
    service = Service(ok({"projects": [{"id": "1", "title": "shop", "is_public": False}]}))

    projects = service.client().list_projects()

    assert list(projects) == [Project("1", "shop", is_public=False)]
    assert service.asked[0].headers["Authorization"] == "Bearer t0"


def test_a_project_is_made_only_when_there_is_none_of_its_title() -> None:
    made = {"id": "2", "title": "b"}
    service = Service(ok({"projects": []}), httpx.Response(201, json=made), ok({"projects": [made]}))

    with service.client() as client:
        first = client.find_or_create_project("b")
        second = client.find_or_create_project("b")

    assert first == second == Project("2", "b")
    assert [request.method for request in service.asked] == ["GET", "POST", "GET"]
    assert dict(service.asked[0].url.params) == {"title": "b", "limit": "1"}
    assert service.sent(1) == {"title": "b"}


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


def test_a_list_is_gone_through_page_by_page() -> None:
    service = Service(
        ok({"projects": [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}], "next": "2"}),
        ok({"projects": [{"id": "3", "title": "c"}], "next": None}),
    )

    projects = service.client().iterate_projects(limit=2)

    assert next(projects).id == "1"
    assert len(service.asked) == 1
    assert [project.id for project in projects] == ["2", "3"]
    assert [dict(request.url.params) for request in service.asked] == [{"limit": "2"}, {"limit": "2", "after": "2"}]


def test_a_reply_is_typed_and_what_this_version_does_not_know_is_left() -> None:
    result = {**CODE_RESULT, "scores": {"dense": 1}, "novelty": 1}
    answer = {"results": [result], "index": {"files": 3, "pending": 1, "failed": 0}, "widened": {}, "truncated": False}

    reply = Service(ok({**answer, "took_ms": 2})).client().search_code("x")

    assert (reply.results[0].symbol, reply.results[0].scores, reply.index.pending) == ("f", {"dense": 1.0}, 1)
    del result["novelty"]
    assert to_document(reply)["results"][0] == {**result, "matched_lines": None, "matches": None, "asked_name": None}


def test_a_moment_is_read_with_its_time_zone() -> None:
    project = {"id": "1", "title": "a", "created_at": "2026-01-01T12:00:00+01:00"}

    (found,) = Service(ok({"projects": [project]})).client().list_projects()

    assert found.created_at == datetime(2026, 1, 1, 11, tzinfo=UTC)


def test_a_deletion_is_answered_with_nothing() -> None:
    service = Service(httpx.Response(204))

    service.client().delete_file("7")

    assert [(request.method, request.url.path) for request in service.asked] == [("DELETE", "/v1/files/7")]


def test_a_search_sends_what_was_given_and_nothing_else() -> None:
    service = Service(ok(NOTHING_FOUND))

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
    [
        httpx.Response(503, json={"code": "unavailable"}),
        httpx.Response(429, json={"code": "too_many_requests"}),
        httpx.ConnectError("refused"),
        httpx.ReadError("cut"),
    ],
)
def test_a_service_that_comes_back_is_waited_for(trouble: httpx.Response | Exception) -> None:
    service = Service(trouble, trouble, ok({"projects": []}))

    assert len(service.client().list_projects()) == 0

    assert len(service.slept) == 2
    assert 0 < service.slept[0] <= 0.25


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status: int) -> None:
    away = httpx.Response(status, headers={"Retry-After": "3"}, json={})
    service = Service(away, ok({"projects": []}))

    service.client().list_projects()

    assert service.slept == [3.0]


def test_who_is_to_come_back_much_later_is_told_so_at_once() -> None:
    service = Service(httpx.Response(429, headers={"Retry-After": "3600"}, json={}))

    with pytest.raises(TooManyRequestsError) as raised:
        service.client().list_projects()

    assert raised.value.retry_after_seconds == 3600
    assert service.slept == []


def test_an_error_in_the_shape_of_other_vendors_is_read_too() -> None:
    error = {"message": "There is no such model.", "type": "invalid_request_error", "param": None, "code": "not_found"}

    with pytest.raises(NotFoundError) as raised:
        Service(httpx.Response(404, json={"error": error})).client().list_projects()

    assert (raised.value.detail, raised.value.code) == ("There is no such model.", "not_found")


def test_the_index_is_followed_over_the_end_of_a_stream_and_over_a_broken_one() -> None:
    service = Service(
        events(status_event(1), status_event(2)),
        events(status_event(3)),
        httpx.ReadError("cut"),
        events(status_event(4)),
    )

    followed = service.client().follow_index("p")
    pending = [next(followed).pending for _ in range(4)]

    assert pending == [1, 2, 3, 4]
    assert len(service.asked) == 4
    assert "text/event-stream" in service.asked[0].headers["Accept"]
    assert "application/json" not in service.asked[0].headers["Accept"].split(", ")
    assert dict(service.asked[0].url.params) == {"project_id": "p"}
    assert len(service.slept) == 3


def test_a_problem_in_a_stream_is_its_exception() -> None:
    problem = {"code": "not_found", "detail": "D", "hint": "H"}
    service = Service(events(status_event(1), ("problem", problem)))

    followed = service.client().follow_index()
    next(followed)

    with pytest.raises(NotFoundError) as raised:
        next(followed)
    assert (raised.value.detail, raised.value.hint) == ("D", "H")


def test_an_event_of_a_later_version_is_passed_over() -> None:
    service = Service(events(("novelty", {}), status_event(1)))

    assert next(service.client().follow_index()).pending == 1


def test_a_refused_stream_is_the_refusal() -> None:
    service = Service(httpx.Response(403, json={"code": "forbidden", "detail": "D", "hint": "H"}))

    with pytest.raises(ForbiddenError):
        next(service.client().follow_index())


def test_the_methods_are_described_by_what_they_ask() -> None:
    asked = inspect.signature(ApiClient.create_task)

    assert list(asked.parameters) == ["self", "prompt", "repo_url", "selected_agent", "selected_model"]
    assert next(iter(inspect.signature(Service(ok({})).client().create_task).parameters)) == "prompt"
    assert "pending" in (ApiClient.create_task.__doc__ or "")


def test_a_service_that_stays_away_is_given_up_on_with_a_hint() -> None:
    service = Service(httpx.ConnectError("refused"))

    with pytest.raises(UnavailableError) as raised:
        service.client().list_projects()

    assert len(service.asked) == 6
    assert "codingit" in raised.value.hint


def test_what_is_made_is_asked_for_under_one_key_until_there_is_a_reply() -> None:
    service = Service(httpx.ReadError("cut"), httpx.ReadError("cut"), ok({"id": "1", "title": "a"}))
    client = service.client()

    first, second = client.create_project("a"), client.create_project("a")

    keys = [request.headers["Idempotency-Key"] for request in service.asked]
    assert first.id == second.id == "1"
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_what_adds_to_something_is_not_sent_twice_when_the_reply_is_lost() -> None:
    service = Service(httpx.ReadError("cut"))

    with pytest.raises(UnavailableError):
        service.client().change_task(1, logs=["a"])

    assert len(service.asked) == 1


def test_what_is_not_given_is_not_sent_and_none_takes_away() -> None:
    service = Service(ok({"id": "1", "title": "a"}))

    service.client().change_project("1", title="a", description=None)

    assert service.sent() == {"title": "a", "description": None}


def test_one_thing_comes_with_its_version_and_is_changed_only_in_that_one() -> None:
    project = {"id": "1", "title": "a"}
    service = Service(
        httpx.Response(200, json=project, headers={"ETag": '"v1"'}),
        httpx.Response(200, json={**project, "title": "b"}, headers={"ETag": '"v2"'}),
        httpx.Response(412, json={"code": "changed", "detail": "D", "hint": "H"}),
    )
    client = service.client()

    first = client.read_project("1")
    second = client.change_project("1", title="b", if_match=first.etag)
    with pytest.raises(ChangedError):
        client.delete_project("1", if_match=first.etag)

    assert (first.etag, second.etag) == ('"v1"', '"v2"')
    assert [request.headers.get("If-Match") for request in service.asked] == [None, '"v1"', '"v1"']
    assert service.sent(1) == {"title": "b"}


def test_a_member_is_taken_out_in_the_version_that_was_read() -> None:
    member = {"user_id": "u", "role": "member", "created_at": None, "updated_at": None}
    service = Service(httpx.Response(200, json=member, headers={"ETag": '"v1"'}), httpx.Response(204))
    client = service.client()

    client.remove_member("t", "u", if_match=client.read_member("t", "u").etag)

    assert service.asked[1].method == "DELETE"
    assert service.asked[1].headers["If-Match"] == '"v1"'


def test_a_version_that_nobody_has_read_is_refused_before_anything_is_sent() -> None:
    service = Service(ok({"projects": [{"id": "1", "title": "a"}]}))
    client = service.client()
    (listed,) = client.list_projects()

    with pytest.raises(InvalidRequestError, match="in a list"):
        client.change_project("1", title="b", if_match=listed.etag)

    assert len(service.asked) == 1


def test_a_change_of_a_version_is_not_sent_again_after_a_lost_reply() -> None:
    service = Service(httpx.ReadError("cut"))

    with pytest.raises(UnavailableError):
        service.client().change_team("1", name="a", if_match='"v1"')

    assert len(service.asked) == 1


def test_a_document_has_what_the_body_had_and_no_version() -> None:
    project = {"id": "1", "title": "a"}
    task = {
        "id": 7,
        "status": "pending",
        "progress": 0,
        "prompt": "p",
        "repo_url": None,
        "selected_agent": None,
        "selected_model": None,
        "sandbox_url": None,
        "branch_name": None,
        "cancelled_at": None,
        "created_at": "2026-01-01T12:00:00Z",
        "updated_at": "2026-01-01T12:00:00Z",
    }
    one = httpx.Response(200, json={**task, "logs": [{"etag": 1}]}, headers={"ETag": '"v1"'})
    service = Service(one, ok({"tasks": [task]}), ok({"projects": [project]}))
    client = service.client()

    assert to_document(client.read_task(7)) == {**task, "logs": [{"etag": 1}]}
    assert list(to_document(client.list_tasks())["items"]) == [task]
    assert "etag" not in to_document(client.list_projects())["items"][0]


def test_importing_the_client_loads_no_database_no_encoder_and_no_server() -> None:
    program = (
        "import sys, search_api.client, indexer.syncing, indexer.watching;"
        "print(sorted({'psycopg', 'torch', 'fastapi', 'numpy', 'sentence_transformers'} & set(sys.modules)))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def test_rows_are_read_from_both_their_forms() -> None:
    packed = base64.b64encode(struct.pack("<2f", 0.6, -0.8)).decode()
    data = [
        {"object": "embedding", "index": place, "embedding": row} for place, row in enumerate([packed, [0.6, -0.8]])
    ]
    answer = {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 2, "total_tokens": 2}}
    service = Service(ok(answer))

    reply = service.client().embed(["a", "b"], input_type="query")

    assert service.sent() == {
        "model": "default",
        "input": ["a", "b"],
        "input_type": "query",
        "encoding_format": "base64",
    }
    assert [[round(number, 6) for number in row] for row in reply.rows()] == [[0.6, -0.8], [0.6, -0.8]]
    assert (reply.model, reply.usage.total_tokens) == ("m", 2)


@pytest.mark.parametrize("row", ["no base64!", "AAA=", "AAAAAAA="])
def test_a_row_that_is_none_is_told(row: str) -> None:
    data = [{"object": "embedding", "index": 0, "embedding": row}]
    answer = {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    with pytest.raises(BadReplyError):
        Service(ok(answer)).client().embed("a").rows()
