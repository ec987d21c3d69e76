"""/mcp with the protocol's own client: who may, what comes back, sessions, and requests that pages could send."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import anyio
import httpx
import psycopg
import pytest
from mcp import Client

from search_api.auth import API_KEY_PREFIX, hash_api_key, make_service_token
from search_api.budget import count_tokens
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, new_user, put_file
from tests.search_api.api import AUDIENCE, SECRET, Api, make_api, token_of
from tests.search_api.mcp.serving import agent, ask, fail, serving
from tests.stubs import StubEncoder

MODES = ("legacy", "2026-07-28")
ANIMALS = ("quokka", "wombat", "numbat", "dingo", "emu", "koala", "bilby", "galah")
LONG = "".join(f"    quokka_{number} = feed_quokka({number}, 'leaves and grass')\n" for number in range(80))


@dataclass(frozen=True)
class Zoo:
    """A running service in which two users keep the same files."""

    url: str
    api: Api
    alice: UUID
    bob: UUID

    def key(self, *scopes: str) -> str:
        """An API key of Alice's with these scopes."""
        key = f"{API_KEY_PREFIX}{secrets.token_urlsafe(32)}"
        self.api.execute(
            "insert into api_keys (user_id, name, key_hash, key_prefix, permissions) values (%s, 'k', %s, %s, %s)",
            self.alice,
            hash_api_key(key),
            key[:8],
            json.dumps({"scopes": list(scopes)}),
        )
        return key


@pytest.fixture(scope="module")
def zoo(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Zoo]:
    encoder = StubEncoder()
    with clone() as address, Database(address, max_size=6) as database:
        alice, bob = (_fill(address, name) for name in ("alice", "bob"))
        index_now(address, encoder)
        api = make_api(address, database, lambda _: encoder, public_hosts="search.example.org")
        with serving(api.app) as url:
            yield Zoo(url, api, alice, bob)


def _fill(url: str, name: str) -> UUID:
    user_id = new_user(url)
    project_id = new_project(url, user_id, "zoo")
    for animal in ANIMALS:
        doc = f'"""Give the {animal} of {name} its food."""'
        source = f'def feed_{animal}(keeper):\n    {doc}\n    keeper.feed("{animal}")\n'
        put_file(url, user_id, f"/zoo/src/{animal}.py", source, project_id)
    put_file(url, user_id, "/zoo/src/feeding_day.py", f"def feeding_day():\n{LONG}", project_id)
    put_file(url, user_id, "/zoo/lib/emu.py", "EGGS = 3\n", project_id)
    with psycopg.connect(url) as connection:
        session_id = new_session(connection, user_id, f"Animals of {name}")
        say(connection, session_id, "Why is the quokka not fed?", minute=0)
        say(connection, session_id, f"Because {name} has lost the key of the quokka house.", minute=1, role="assistant")
    return user_id


def run(zoo: Zoo, story: Callable[[Client], Any], token: str | None = None, mode: str = "legacy") -> Any:
    """What a story with a client comes to."""

    async def told() -> Any:
        async with agent(zoo.url, token or token_of(zoo.alice), mode=mode) as client:
            return await story(client)

    return anyio.run(told)


@pytest.mark.parametrize("mode", MODES)
def test_a_client_of_either_age_lists_the_tools_and_finds_code(zoo: Zoo, mode: str) -> None:
    async def story(client: Client) -> tuple[list[str], str]:
        listed = await client.list_tools()
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed.tools)
        return [tool.name for tool in listed.tools], await ask(
            client, "search_code", query="feed_wombat", project="zoo"
        )

    names, text = run(zoo, story, mode=mode)

    assert names == ["search_code", "search_chat", "read_file", "index_status"]
    assert "[1] src/wombat.py:1-3 function feed_wombat\ndef feed_wombat(keeper):\n" in text


def test_without_a_project_paths_are_those_of_the_workspace(zoo: Zoo) -> None:
    text = run(zoo, lambda client: ask(client, "search_code", query="feed_wombat"))

    assert "[1] /zoo/src/wombat.py:1-3 function feed_wombat" in text


@pytest.mark.parametrize("token", ["", "nonsense", f"{API_KEY_PREFIX}unknown"])
def test_strangers_get_no_further_than_the_door(zoo: Zoo, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = httpx.post(f"{zoo.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)

    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    with pytest.raises(BaseExceptionGroup):
        run(zoo, lambda client: ask(client, "index_status"), token or "none")


def test_each_user_finds_the_own_files_and_messages_alone(zoo: Zoo) -> None:
    async def story(client: Client) -> str:
        code = await ask(client, "search_code", query="quokka food", max_tokens=4000)
        chat = await ask(client, "search_chat", query="key of the quokka house")
        return code + chat + await ask(client, "read_file", path="quokka.py")

    for user_id, name, other in ((zoo.alice, "alice", "bob"), (zoo.bob, "bob", "alice")):
        text = run(zoo, story, token_of(user_id))
        assert f"the quokka of {name}" in text
        assert f"{name} has lost the key" in text
        assert other not in text


def test_a_key_sees_and_uses_the_tools_of_its_scopes(zoo: Zoo) -> None:
    async def story(client: Client) -> tuple[list[str], str]:
        names = [tool.name for tool in (await client.list_tools()).tools]
        await ask(client, "search_code", query="quokka")
        return names, await fail(client, "read_file", path="quokka.py")

    names, refusal = run(zoo, story, zoo.key("search"))

    assert names == ["search_code", "search_chat"]
    assert refusal.startswith("The API key lacks the scope 'files:read'.\n")


def test_the_services_own_token_is_no_user(zoo: Zoo) -> None:
    token = make_service_token(SECRET, audience=AUDIENCE)

    assert "acts for a user" in run(zoo, lambda client: fail(client, "search_code", query="quokka"), token)


def test_code_is_sent_once_in_a_session_unless_it_is_asked_for_again(zoo: Zoo) -> None:
    async def story(client: Client) -> list[str]:
        first = await ask(client, "search_code", query="feed_dingo")
        second = await ask(client, "search_code", query="feed_dingo")
        return [first, second, await ask(client, "search_code", query="feed_dingo", repeat=True)]

    first, second, again = run(zoo, story)

    assert first.count("def feed_dingo") == again.count("def feed_dingo") == 1
    assert "def feed_dingo" not in second
    assert "/zoo/src/dingo.py:1-3 function feed_dingo (sent before)" in second
    assert "repeat=true" in second


def test_another_session_and_another_user_of_the_same_session_have_been_sent_nothing(zoo: Zoo) -> None:
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search_code", "arguments": {"query": "feed_emu"}},
    }

    def sent(user_id: UUID, session: str) -> bool:
        headers = {
            "Authorization": f"Bearer {token_of(user_id)}",
            "Accept": "application/json, text/event-stream",
            "Mcp-Session-Id": session,
        }
        reply = httpx.post(f"{zoo.url}/mcp", json=body, headers=headers)
        assert reply.status_code == 200, reply.text
        return "def feed_emu" in reply.json()["result"]["content"][0]["text"]

    assert sent(zoo.alice, "one")
    assert not sent(zoo.alice, "one")
    assert sent(zoo.alice, "two")
    assert sent(zoo.bob, "one")
    ended = httpx.delete(
        f"{zoo.url}/mcp", headers={"Authorization": f"Bearer {token_of(zoo.alice)}", "Mcp-Session-Id": "one"}
    )
    assert ended.status_code == 204
    assert sent(zoo.alice, "one")
    assert not sent(zoo.bob, "one")


def test_where_the_protocol_has_no_sessions_an_agent_names_its_own(zoo: Zoo) -> None:
    async def story(client: Client) -> tuple[bool, list[str]]:
        search = (await client.list_tools()).tools[0]
        texts = [
            await ask(client, "search_code", query="feed_bilby", session=session) for session in ("x", "x", "y", "")
        ]
        return "session" in search.input_schema["properties"], texts

    listed, texts = run(zoo, story, mode="2026-07-28")

    assert listed
    assert ["def feed_bilby" in text for text in texts] == [True, False, True, True]


def test_a_changed_chunk_is_sent_again(zoo: Zoo) -> None:
    async def story(client: Client) -> str:
        await ask(client, "search_code", query="feed_galah")
        put_file(zoo.api.url, zoo.alice, "/zoo/src/galah.py", "def feed_galah(keeper):\n    keeper.feed('corn')\n")
        index_now(zoo.api.url, StubEncoder())
        return await ask(client, "search_code", query="feed_galah")

    assert "keeper.feed('corn')" in run(zoo, story)


def test_a_cursor_goes_on_where_the_reply_ended_and_nothing_is_left_out(zoo: Zoo) -> None:
    async def story(client: Client) -> list[str]:
        texts = [await ask(client, "search_code", query="feed the animals", max_tokens=400)]
        while "More: cursor=" in texts[-1]:
            cursor = texts[-1].rpartition("More: cursor=")[2]
            texts.append(await ask(client, "search_code", query="feed the animals", max_tokens=400, cursor=cursor))
        return texts

    texts = run(zoo, story)
    shown = [line for text in texts for line in text.split("Also found:")[0].splitlines() if line.startswith("[")]

    assert len(texts) > 2
    assert all(count_tokens(text) <= 400 for text in texts)
    assert [int(line[1:].partition("]")[0]) for line in shown] == list(range(1, len(shown) + 1))
    assert len({line.partition("] ")[2] for line in shown}) == len(shown)
    assert {f"/zoo/src/{animal}.py" for animal in ANIMALS} <= {
        line.partition("] ")[2].partition(":")[0] for line in shown
    }


def test_a_cursor_of_another_question_is_refused_with_advice(zoo: Zoo) -> None:
    async def story(client: Client) -> list[str]:
        text = await ask(client, "search_code", query="feed the animals", max_tokens=400)
        cursor = text.rpartition("More: cursor=")[2]
        return [
            await fail(client, "search_code", query="other words", cursor=cursor),
            await fail(client, "search_code", query="feed the animals", cursor="AAAA"),
        ]

    of_another, none = run(zoo, story)

    assert of_another.startswith("The cursor belongs to another query, or to other filters.\nCopy the cursor")
    assert none.startswith("'AAAA' is no cursor.\n")


@pytest.mark.parametrize("most", [200, 300, 500])
def test_a_reply_stays_within_its_budget_and_tells_how_to_read_what_was_cut(zoo: Zoo, most: int) -> None:
    query = {"query": "feeding_day leaves and grass", "project": "zoo", "max_tokens": most}

    text = run(zoo, lambda client: ask(client, "search_code", **query))

    assert count_tokens(text) <= most
    assert "[1] src/feeding_day.py:" in text
    assert "more lines: read_file path=src/feeding_day.py start_line=" in text


def test_what_a_cut_names_is_what_read_file_then_gives(zoo: Zoo) -> None:
    async def story(client: Client) -> tuple[str, str]:
        text = await ask(client, "search_code", query="feeding_day", project="zoo", max_tokens=300)
        note = text.split("read_file path=")[1].splitlines()[0]
        path, start, end = (part.rpartition("=")[2] for part in note.split(" "))
        asked = {"path": path, "start_line": int(start), "end_line": int(end), "project": "zoo", "max_tokens": 5000}
        return text, await ask(client, "read_file", **asked)

    text, rest = run(zoo, story)
    last_shown = text.split("\n...")[0].splitlines()[-1]
    first_read = rest.splitlines()[1].partition("\t")[2]

    assert LONG.splitlines().index(first_read) == LONG.splitlines().index(last_shown) + 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"path": "/zoo/src/quokka.py"}, "/zoo/src/quokka.py:1-3 of 3 lines\n1\tdef feed_quokka(keeper):\n2\t"),
        ({"path": "src/quokka.py", "project": "ZOO"}, "src/quokka.py:1-3 of 3 lines\n1\tdef feed_quokka"),
        ({"path": "quokka.py", "start_line": 3}, "/zoo/src/quokka.py:3-3 of 3 lines\n3\t    keeper.feed"),
        ({"path": "./src/quokka.py", "start_line": "2", "end_line": 2}, "/zoo/src/quokka.py:2-2 of 3 lines\n2\t    "),
    ],
)
def test_a_file_is_read_by_its_path_or_the_end_of_it(zoo: Zoo, arguments: dict[str, object], expected: str) -> None:
    assert run(zoo, lambda client: ask(client, "read_file", **arguments)).startswith(expected)


def test_a_long_file_is_read_in_pieces_that_join(zoo: Zoo) -> None:
    async def story(client: Client) -> list[str]:
        texts, start = [], 1
        while True:
            texts.append(await ask(client, "read_file", path="feeding_day.py", start_line=start, max_tokens=500))
            if "go on with start_line=" not in texts[-1]:
                return texts
            start = int(texts[-1].rpartition("start_line=")[2].rstrip("."))

    texts = run(zoo, story)
    numbered = [line.split("\t") for text in texts for line in text.splitlines() if "\t" in line]

    assert len(texts) > 2
    assert all(count_tokens(text) <= 500 for text in texts)
    assert [int(number) for number, _ in numbered] == list(range(1, 82))
    assert "".join(f"{line}\n" for _, line in numbered[1:]) == LONG


@pytest.mark.parametrize(
    ("tool", "arguments", "happened", "advice"),
    [
        ("search_code", {"query": "  "}, "The query is empty.", "Say in a few words"),
        ("search_code", {}, "query: Field required.", "It needs query, and takes path, language,"),
        ("search_code", {"query": "a", "limit": 3}, "limit: Extra inputs are not permitted.", "It needs query"),
        ("search_code", {"query": "a", "max_tokens": 5}, "max_tokens: Input should be greater", "It needs query"),
        ("search_code", {"query": "a" * 5000}, "The query is too long.", "At most 4096 characters"),
        ("search_code", {"query": "a", "project": "zo"}, "There is no project 'zo'.", "name one of: 'zoo'."),
        ("search_code", {"query": "/(/"}, "", ""),
        ("search_code", {"query": "a", "path": "*" * 30}, "path has too many wildcards.", "At most 20 stars."),
        ("search_code", {"query": "a\0b"}, "query: holds a NUL", "It needs query"),
        ("search_chat", {"query": "a", "role": "robot"}, "role: Input should be", "It needs query"),
        ("read_file", {"path": "emu.py"}, "'emu.py' fits more than one file.", "/zoo/lib/emu.py, /zoo/src/emu.py."),
        ("read_file", {"path": "lib/quokka.py"}, "There is no file 'lib/quokka.py'.", "There is: /zoo/src/quokka.py."),
        ("read_file", {"path": "yeti.py"}, "There is no file 'yeti.py'.", "Find the file with search_code"),
        ("read_file", {"path": "quokka.py", "start_line": 9}, "/zoo/src/quokka.py has 3 lines", "Ask for a line"),
        ("read_file", {"path": "quokka.py", "start_line": 3, "end_line": 2}, "Line 2 is before line 3.", "in order"),
        ("index_status", {"project": "yeti"}, "There is no project 'yeti'.", "'zoo'"),
        ("grep", {"pattern": "a"}, "There is no tool 'grep'.", "There are: search_code"),
    ],
)
def test_a_failure_says_what_happened_and_what_to_do(
    zoo: Zoo, tool: str, arguments: dict[str, object], happened: str, advice: str
) -> None:
    text = run(zoo, lambda client: fail(client, tool, **arguments))

    said, _, hint = text.partition("\n")
    assert happened in said
    assert advice in hint
    assert hint
    assert "Traceback" not in text


def test_nothing_found_is_no_failure_and_says_what_to_try(zoo: Zoo) -> None:
    async def story(client: Client) -> tuple[str, str]:
        code = await ask(client, "search_code", query='"no such phrase anywhere"', path="src", language="python")
        return code, await ask(client, "search_chat", query='"yeti sightings"')

    code, chat = run(zoo, story)

    assert code.startswith("Nothing found.\nLeave out path and language, or use other words: ")
    assert chat.startswith("No message found.")


def test_what_is_pending_is_said_and_a_changed_file_is_marked(zoo: Zoo) -> None:
    user_id = _fill(zoo.api.url, "carol")
    index_now(zoo.api.url, StubEncoder())
    put_file(zoo.api.url, user_id, "/zoo/src/koala.py", "def feed_koala():\n    pass\n")

    async def story(client: Client) -> list[str]:
        return [await ask(client, "search_code", query="feed_koala"), await ask(client, "index_status")]

    before, status = run(zoo, story, token_of(user_id))
    index_now(zoo.api.url, StubEncoder())
    after, _ = run(zoo, story, token_of(user_id))

    assert before.startswith("Still indexing: 1 of 10 files are not searchable yet")
    assert "function feed_koala (the file has changed since)" in before
    assert "1 pending" in status
    assert "Still indexing" not in after
    assert "changed" not in after


def test_messages_that_meaning_does_not_find_yet_are_told_with_whatever_is_found(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = _fill(zoo.api.url, "dora")
    index_now(zoo.api.url, StubEncoder())
    with psycopg.connect(zoo.api.url) as connection:
        session_id = new_session(connection, user_id, "Later")
        for minute in range(2):
            say(connection, session_id, f"The wombat {minute} has dug out.", minute=minute)
    waiting = "Still indexing; messages that only their words find as yet: 2. Ask again for those."

    async def story(client: Client) -> list[str]:
        first = await ask(client, "search_chat", query="wombat", max_tokens=200)
        nothing = await ask(client, "search_chat", query='"yeti sightings"')
        return [first, nothing, await ask(client, "search_chat", query="wombat", role="user")]

    found, nothing, narrowed = run(zoo, story, token_of(user_id))
    with monkeypatch.context() as patch:
        patch.setattr("search_api.mcp.chat_tool.MOST_COUNTED", 2)
        more_than_counted, *_ = run(zoo, story, token_of(user_id))
    index_now(zoo.api.url, StubEncoder())
    afterwards = run(zoo, story, token_of(user_id))
    zoo.api.execute(
        "update chat_index_state set indexed_hash = null, error = 'no' where user_id = %s and message_id = "
        "(select id from chat_message_cache where user_id = %s and content like '%%wombat 1%%')",
        user_id,
        user_id,
    )
    failed, *_ = run(zoo, story, token_of(user_id))

    assert found.startswith(f"{waiting}\n\n[1] ")
    assert count_tokens(found) <= 200
    assert narrowed.startswith(f"{waiting}\n\n[1] ")
    assert nothing.startswith(f"No message found.\n{waiting}\n")
    assert more_than_counted.startswith(waiting.replace(": 2", ": at least 2"))
    assert not any("index" in text for text in afterwards)
    assert failed.startswith("Messages that failed to be indexed, so that only their words find them: 1.\n\n[1] ")
    assert "Still indexing" not in failed


def test_the_status_tells_counts_and_projects(zoo: Zoo) -> None:
    text = run(zoo, lambda client: ask(client, "index_status", project="zoo"))

    assert text.startswith("Project zoo: ")
    assert " 0 failed, " in text
    assert text.endswith("Projects: zoo.")


def test_messages_come_with_their_moment_role_session_and_neighbours(zoo: Zoo) -> None:
    text = run(zoo, lambda client: ask(client, "search_chat", query="lost the key", context=1))

    heading, *lines = text.splitlines()
    assert heading.startswith("[1] 2026-")
    assert heading.endswith(" assistant in 'Animals of alice'")
    assert lines[:2] == [
        "user: Why is the quokka not fed?",
        "assistant (found): Because alice has lost the key of the quokka house.",
    ]


def test_calls_at_once_are_all_answered(zoo: Zoo) -> None:
    async def story(client: Client) -> list[str]:
        texts = [""] * 24

        async def one(place: int) -> None:
            animal = ANIMALS[place % len(ANIMALS)]
            texts[place] = await ask(client, "search_code", query=f"feed_{animal}", repeat=True)

        async with anyio.create_task_group() as group:
            for place in range(len(texts)):
                group.start_soon(one, place)
        return texts

    for place, text in enumerate(run(zoo, story)):
        assert f"[1] /zoo/src/{ANIMALS[place % len(ANIMALS)]}.py:" in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:9999"}, 200),
        ({"Host": "10.1.2.3:8765"}, 200),
        ({"Host": "[::1]:8765"}, 200),
        ({"Host": "search.example.org"}, 200),
        ({"Host": "search.example.org", "Origin": "https://search.example.org"}, 200),
        ({"Host": "evil.example.net"}, 403),
        ({"Host": "localhost.evil.example.net:8765"}, 403),
        ({"Host": "search.example.org", "Origin": "https://evil.example.net"}, 403),
        ({"Host": "localhost:8765", "Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_requests_by_foreign_names_and_from_foreign_pages_are_refused(
    zoo: Zoo, headers: dict[str, str], status: int
) -> None:
    named = {"Authorization": f"Bearer {token_of(zoo.alice)}", "Accept": "application/json, text/event-stream"}

    reply = httpx.post(
        f"{zoo.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers={**named, **headers}
    )

    assert reply.status_code == status
    if status == 403:
        assert reply.json()["code"] == "forbidden"
        assert "CODINGIT_" in reply.json()["hint"]


def test_a_stream_cannot_be_opened_and_a_large_body_is_refused(zoo: Zoo) -> None:
    headers = {"Authorization": f"Bearer {token_of(zoo.alice)}", "Accept": "text/event-stream"}

    assert httpx.get(f"{zoo.url}/mcp", headers=headers).status_code == 405
    assert httpx.post(f"{zoo.url}/mcp", content=b" " * (33 << 20), headers=headers).status_code == 413
