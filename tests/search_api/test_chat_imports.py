"""Importing histories: over HTTP, for each caller alone, as often as one likes; and from files by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from search_api.auth import Scope
from search_api.cli import importing
from search_api.cli.app import app
from search_api.client import ApiClient
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of

IMPORTS = "/v1/chat/imports"
PIECE: dict[str, Any] = {
    "key": "ticket-17",
    "title": "Rounding",
    "messages": [
        {"message_id": "1", "role": "user", "content": "Why half up?", "created_at": "2026-01-01T11:00:00Z"},
        {
            "message_id": "2",
            "role": "assistant",
            "kind": "tool",
            "content": "grep",
            "created_at": "2026-01-01T11:01:00Z",
        },
    ],
}


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


@pytest.fixture
def user(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, user: UUID) -> Iterator[TestClient]:
    with api.client(token_of(user)) as opened:
        yield opened


def stored(api: Api, user: UUID) -> list[tuple[Any, ...]]:
    return api.execute(
        "select message_id, role, kind, content from chat_message_cache where user_id = %s order by created_at, 1",
        user,
    )


def test_a_piece_becomes_a_session_with_its_messages_as_they_were_said(
    api: Api, user: UUID, client: TestClient
) -> None:
    reply = client.post(IMPORTS, json=PIECE).json()

    assert (reply["begun"], reply["added"], reply["known"], reply["deleted"]) == (True, 2, 0, False)
    assert stored(api, user) == [
        ("1", "user", "message", "Why half up?"), ("2", "assistant", "tool", "grep"),
    ]  # fmt: skip
    (session,) = client.get("/v1/chat/sessions").json()["sessions"]
    assert (session["title"], session["message_count"]) == ("Rounding", 2)
    assert session["last_activity"].startswith("2026-01-01T11:01:00")


def test_importing_again_adds_only_what_is_new(api: Api, user: UUID, client: TestClient) -> None:
    client.post(IMPORTS, json=PIECE)
    more = {"message_id": "3", "role": "user", "content": "And tax?"}

    reply = client.post(IMPORTS, json={**PIECE, "messages": [*PIECE["messages"], more, more]}).json()

    assert (reply["begun"], reply["added"], reply["known"]) == (False, 1, 3)
    assert len(stored(api, user)) == 3


def test_two_users_import_the_same_history_each_for_themselves(api: Api, user: UUID, client: TestClient) -> None:
    client.post(IMPORTS, json=PIECE)
    other = api.sign_up()
    with api.client(token_of(other)) as opened:
        reply = opened.post(IMPORTS, json=PIECE).json()

    assert reply["added"] == 2
    assert len(stored(api, user)) == len(stored(api, other)) == 2


def test_what_was_deleted_here_does_not_come_back(api: Api, user: UUID, client: TestClient) -> None:
    client.post(IMPORTS, json=PIECE)
    api.execute("update chat_sessions set status = 'deleted' where user_id = %s", user)

    reply = client.post(
        IMPORTS, json={**PIECE, "messages": [{"message_id": "9", "role": "user", "content": "x"}]}
    ).json()

    assert (reply["added"], reply["deleted"]) == (0, True)
    assert len(stored(api, user)) == 2


def test_importing_needs_the_scope_to_write_chats(api: Api, user: UUID) -> None:
    with api.client(api.make_key(user, [Scope.READ_CHATS.value])) as opened:
        assert opened.post(IMPORTS, json=PIECE).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"key": ""},
        {"messages": [{"message_id": "1", "role": "boss", "content": "x"}]},
        {"messages": [{"message_id": "1", "role": "user", "content": ""}]},
        {"messages": [{"message_id": "1", "role": "user", "content": "x", "kind": "noise"}]},
        {"messages": [{"message_id": "1", "role": "user", "content": "x", "created_at": "2026-01-01T11:00:00"}]},
    ],
)
def test_what_is_no_history_is_refused(client: TestClient, change: dict[str, Any]) -> None:
    assert client.post(IMPORTS, json={**PIECE, **change}).status_code == 422


@pytest.fixture
def command(api: Api, user: UUID, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command line, asking the API of this test."""
    with api.client(token_of(user)) as opened:

        def answer(request: httpx.Request) -> httpx.Response:
            reply = opened.request(request.method, str(request.url), content=request.content, headers=request.headers)
            return httpx.Response(reply.status_code, content=reply.content)

        @contextmanager
        def open_client() -> Iterator[ApiClient]:
            with ApiClient("http://testserver", token_of(user), transport=httpx.MockTransport(answer)) as client:
                yield client

        monkeypatch.setattr(importing, "open_client", open_client)
        yield


def write(path: Path, *lines: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


GENERIC = [{"session": "s", "role": "user", "content": f"message {number}"} for number in range(3)]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["import", *arguments])


@pytest.mark.usefixtures("command")
def test_a_folder_is_imported_and_again_adds_nothing(api: Api, user: UUID, tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.jsonl", *GENERIC)
    write(tmp_path / "b" / "two.jsonl", {"session": "t", "role": "tool", "content": "out"}, *GENERIC[:1])

    first, again = run(str(tmp_path)), run(str(tmp_path))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "2 files with 5 lines: 3 messages of 2 sessions imported, 1 were there already." in first.stdout
    assert "Left out: 1 calls and output of tools (--with-tools imports them)." in first.stdout
    assert "0 messages of 2 sessions imported, 4 were there already." in again.stdout
    assert len(stored(api, user)) == 3


@pytest.mark.usefixtures("command")
def test_a_line_that_fails_is_named_and_the_exit_code_says_so(api: Api, user: UUID, tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", GENERIC[0], "{broken", GENERIC[1])

    result = run(str(path))

    assert result.exit_code == 1
    assert f"error: {path}:2: no JSON" in result.stderr
    assert len(stored(api, user)) == 2


@pytest.mark.usefixtures("command")
def test_a_dry_run_imports_nothing(api: Api, user: UUID, tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", *GENERIC)

    result = run(str(path), "--dry-run")

    assert result.exit_code == 0
    assert "3 messages of 1 session would be imported." in result.stdout
    assert stored(api, user) == []
