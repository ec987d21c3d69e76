"""Tests of the routes for chat sessions: what is said is kept in order, counted, found, and its owner's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.search_api.people import EVERYBODY, people_of

SESSIONS = "/v1/chat/sessions"


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


def begin(client: TestClient, **fields: Any) -> dict[str, Any]:
    reply = client.post(SESSIONS, json=fields)
    assert reply.status_code == 201
    session: dict[str, Any] = reply.json()
    return session


def messages_of(session: dict[str, Any]) -> str:
    return f"{SESSIONS}/{session['id']}/messages"


def say(client: TestClient, session: dict[str, Any], content: str, **fields: Any) -> dict[str, Any]:
    reply = client.post(messages_of(session), json={"role": "user", "content": content, **fields})
    assert reply.status_code == 201
    message: dict[str, Any] = reply.json()
    return message


def test_a_session_begins_as_it_was_asked_for(client: TestClient) -> None:
    full = begin(client, title="Prices", model="large-1", template="web", tags=["b", "a", "b"])
    bare = begin(client)

    assert (full["title"], full["model"], full["template"], full["tags"]) == ("Prices", "large-1", "web", ["a", "b"])
    assert (bare["title"], bare["model"], bare["template"], bare["tags"]) == ("Untitled Session", None, None, [])
    assert {each["status"] for each in (full, bare)} == {"active"}


def test_what_was_said_is_counted_and_found_by_a_search(api: Api, client: TestClient) -> None:
    session = begin(client, title="Animals")
    message = say(client, session, "a quokka", message_id="m1", token_count=3, execution_time_ms=4, model="large-1")
    say(client, session, "a wombat", role="assistant", token_count=2**31 - 1)
    (listed,) = client.get(SESSIONS).json()["sessions"]
    (found,) = client.post("/v1/search/chat", json={"query": "quokka"}).json()["results"]

    assert client.get(messages_of(session)).json()["messages"][0] == message
    assert (listed["id"], listed["message_count"]) == (session["id"], 2)
    assert listed["last_activity"] > session["last_activity"]
    assert (found["id"], found["message_id"], found["session_id"]) == (message["id"], "m1", session["id"])
    assert api.execute("select total_tokens from chat_sessions where id = %s", session["id"]) == [(2**31 - 1,)]


def test_what_tools_wrote_is_told_from_what_was_said(client: TestClient) -> None:
    session = begin(client)
    said = say(client, session, "a potoroo")
    by_tool = say(client, session, "potoroo.py:1: a potoroo", role="assistant", kind="tool")
    add(client, session, {"role": "assistant", "content": "potoroo.py:2: a potoroo", "kind": "tool"})
    add(client, session, {"role": "assistant", "content": "it is a potoroo"})

    read = client.get(messages_of(session)).json()["messages"]
    search = {"query": "potoroo", "mode": "fulltext", "tool_output": "exclude"}
    found = client.post("/v1/search/chat", json=search).json()["results"]

    assert (said["kind"], by_tool["kind"]) == ("message", "tool")
    assert [message["kind"] for message in read] == ["message", "tool", "tool", "message"]
    assert client.get(f"{messages_of(session)}/{by_tool['id']}").json() == by_tool
    assert {each["id"] for each in found} == {read[0]["id"], read[3]["id"]}


def test_the_pages_of_a_session_are_its_messages_in_order(api: Api, client: TestClient) -> None:
    session = begin(client)
    said = [say(client, session, str(number))["id"] for number in range(5)]
    # As old clients left them.
    api.execute("update chat_message_cache set created_at = null where id = any (%s)", sorted(said[3:]))

    assert read_pages(client, messages_of(session), "messages") == [*said[:3], *sorted(said[3:])]


def test_the_pages_of_sessions_have_the_last_active_first(api: Api, client: TestClient) -> None:
    first, *others = [begin(client) for _ in range(5)]
    say(client, first, "still here")
    api.execute("update chat_sessions set last_activity = null where id = %s", others[3]["id"])
    api.execute("update chat_sessions set status = 'deleted' where id = %s", others[1]["id"])

    expected = [each["id"] for each in (first, others[2], others[0], others[3])]
    assert read_pages(client, SESSIONS, "sessions") == expected


def read_pages(client: TestClient, path: str, what: str) -> list[str]:
    ids: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = client.get(path, params={"limit": 2, **after}).json()
        ids += [each["id"] for each in page[what]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    return ids


@pytest.mark.parametrize("whose", ["nobody's", "another's", "deleted"])
def test_a_session_that_is_not_there_for_the_caller(api: Api, client: TestClient, whose: str) -> None:
    session = {"id": str(uuid4())}
    if whose == "deleted":
        session = begin(client)
        api.execute("update chat_sessions set status = 'deleted' where id = %s", session["id"])
    elif whose == "another's":
        with api.client(token_of(api.sign_up())) as other:
            session = begin(other)
            say(other, session, "mine")
    count = api.execute("select count(*) from chat_message_cache")

    replies = [
        client.get(messages_of(session)),
        client.post(messages_of(session), json={"role": "user", "content": "a"}),
    ]

    assert {(reply.status_code, reply.json()["detail"]) for reply in replies} == {(404, "There is no such session.")}
    assert session["id"] not in [each["id"] for each in client.get(SESSIONS).json()["sessions"]]
    assert api.execute("select count(*) from chat_message_cache") == count


def test_a_member_of_the_sessions_team_neither_reads_nor_says(api: Api, user: UUID, client: TestClient) -> None:
    team = api.execute("insert into teams (name) values ('t') returning id")[0][0]
    owner = api.sign_up()
    for member in (user, owner):
        api.execute("insert into team_members (team_id, user_id, role) values (%s, %s, 'member')", team, member)
    with api.client(token_of(owner)) as theirs:
        session = begin(theirs)
        say(theirs, session, "mine")
    api.execute("update chat_sessions set team_id = %s where id = %s", team, session["id"])

    read = client.get(messages_of(session))
    said = client.post(messages_of(session), json={"role": "user", "content": "a"})

    assert (read.status_code, read.json()["messages"]) == (200, [])
    assert (said.status_code, said.json()["code"]) == (403, "forbidden")
    assert client.get(SESSIONS).json()["sessions"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"role": "user"},
        {"role": "root", "content": "a"},
        {"role": "user", "content": "a", "kind": "noise"},
        {"role": "user", "content": "a", "kind": None},
        {"role": "user", "content": ""},
        {"role": "user", "content": "a\0"},
        {"role": "user", "content": 1},
        {"role": "user", "content": "a", "token_count": -1},
        {"role": "user", "content": "a", "token_count": 2**31},
        {"role": "user", "content": "a", "message_id": "a" * 201},
        {"role": "user", "content": "a", "user_id": str(uuid4())},
    ],
)
def test_what_is_no_message_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    session = begin(client)
    reply = client.post(messages_of(session), json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(messages_of(session)).json()["messages"] == []


def path_of(session: dict[str, Any]) -> str:
    return f"{SESSIONS}/{session['id']}"


def test_a_session_is_changed_in_what_was_sent(client: TestClient) -> None:
    session = begin(client, title="Prices", model="large-1", tags=["a", "b"])
    tag = client.get(path_of(session)).headers["ETag"]

    changed = client.patch(
        path_of(session),
        json={"title": None, "status": "archived", "tags": ["c", "b", "c"]},
        headers={"If-Match": tag},
    )
    late = client.patch(path_of(session), json={"title": "late"}, headers={"If-Match": tag})

    assert changed.json() == {**session, "title": "Untitled Session", "status": "archived", "tags": ["b", "c"]}
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert client.get(path_of(session)).json() == changed.json()
    assert client.get(path_of(session), headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304


def test_the_version_is_another_when_something_was_said_or_tagged(client: TestClient) -> None:
    session = begin(client)
    tags = [client.get(path_of(session)).headers["ETag"]]
    say(client, session, "a")
    tags.append(client.get(path_of(session)).headers["ETag"])
    client.post(f"{path_of(session)}/tags", json={"add": ["a"]}).raise_for_status()
    tags.append(client.get(path_of(session)).headers["ETag"])

    assert len(set(tags)) == 3


def test_tags_come_and_go_without_knowing_the_others(client: TestClient) -> None:
    session = begin(client, tags=["a", "b"])

    bodies = [{"add": ["c", "a"], "remove": ["b", "x"]}, {"add": ["c"]}, {"add": ["d"], "remove": ["d"]}, {}]
    tags = [client.post(f"{path_of(session)}/tags", json=body).json()["tags"] for body in bodies]

    assert tags == [["a", "c"], ["a", "c"], ["a", "c", "d"], ["a", "c", "d"]]


def test_a_deleted_session_is_gone_and_not_found_by_a_search(client: TestClient) -> None:
    session = begin(client)
    say(client, session, "a bandicoot")
    tag = client.get(path_of(session)).headers["ETag"]

    late = client.delete(path_of(session), headers={"If-Match": '"other"'}).status_code
    deleted = client.delete(path_of(session), headers={"If-Match": tag}).status_code

    assert (late, deleted) == (412, 204)
    assert client.post("/v1/search/chat", json={"query": "bandicoot"}).json()["results"] == []
    gone = [
        client.get(path_of(session)),
        client.patch(path_of(session), json={}),
        client.delete(path_of(session)),
        client.post(f"{path_of(session)}/tags", json={}),
    ]
    assert {reply.status_code for reply in gone} == {404}


# Each in the order owner, member, admin, chief, stranger: the session is the owner's, in a team of the others but one.
STORIES = {
    ("GET", ""): "200 200 200 200 404",
    ("PATCH", ""): "200 403 200 200 404",
    ("POST", "/tags"): "200 403 403 403 404",
    ("POST", "/messages"): "201 403 403 403 404",
    ("POST", "/messages/batch"): "201 403 403 403 404",
    ("GET", "/messages/{message}"): "200 404 404 404 404",
    ("PATCH", "/messages/{message}"): "200 403 404 404 404",
    ("DELETE", "/messages/{message}"): "204 403 404 404 404",
    ("DELETE", ""): "204 403 204 204 404",
}
BODIES: dict[tuple[str, str], Any] = {
    ("PATCH", ""): {"title": "b"},
    ("POST", "/tags"): {"add": ["b"]},
    ("POST", "/messages"): {"role": "user", "content": "b"},
    ("POST", "/messages/batch"): {"messages": [{"role": "user", "content": "b"}]},
    ("PATCH", "/messages/{message}"): {"content": "b"},
}


@pytest.mark.parametrize(("method", "rest"), STORIES)
def test_each_may_do_what_is_told(api: Api, method: str, rest: str) -> None:
    answers = []
    with people_of(api) as people:
        for name in EVERYBODY:
            session = begin(people["owner"], tags=["a"])
            message = say(people["owner"], session, "a")
            api.execute("update chat_sessions set team_id = %s where id = %s", people.team, session["id"])
            before = api.execute("select content from chat_message_cache where session_id = %s", session["id"])
            path = path_of(session) + rest.replace("{message}", message["id"])
            reply = people[name].request(method, path, json=BODIES.get((method, rest)))
            answers.append(reply.status_code)
            if reply.status_code >= 400:
                after = api.execute("select content from chat_message_cache where session_id = %s", session["id"])
                assert after == before
                assert people["owner"].get(path_of(session)).json()["tags"] == ["a"]

    assert " ".join(map(str, answers)) == STORIES[method, rest]


def test_a_teams_admin_takes_no_tags_away(api: Api) -> None:
    with people_of(api) as people:
        session = begin(people["owner"], tags=["a"], team_id=str(people.team))
        reply = people["admin"].patch(path_of(session), json={"title": "b", "tags": []})

        assert reply.status_code == 403
        assert people["owner"].get(path_of(session)).json() == session


def test_a_session_goes_into_a_team_and_out_again(api: Api) -> None:
    with people_of(api) as people:
        mine, team = people["owner"], str(people.team)
        session = begin(mine)
        inside = mine.patch(path_of(session), json={"team_id": team}).json()
        begun = begin(mine, title="begun there", team_id=team)

        assert inside == {**session, "team_id": team}
        assert (begun["user_id"], begun["team_id"]) == (str(people.ids["owner"]), team)
        for name in ("member", "admin", "chief"):
            assert people[name].get(path_of(session)).json() == inside
        assert mine.patch(path_of(session), json={"team_id": None}).json() == session
        assert [people[name].get(path_of(session)).status_code for name in EVERYBODY] == [200, 404, 404, 404, 404]


def test_a_session_goes_into_a_team_of_the_callers_only(api: Api) -> None:
    with people_of(api) as people:
        fields = {"title": "a", "team_id": str(people.team)}
        session = begin(people["stranger"])
        replies = [
            people["stranger"].post(SESSIONS, json=fields),
            people["stranger"].post(SESSIONS, json={**fields, "team_id": str(uuid4())}),
            people["stranger"].patch(path_of(session), json=fields),
        ]

        assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(403, "forbidden")}
        assert people["stranger"].get(path_of(session)).json() == session
        assert ids_of(people["chief"], team_id=str(people.team)) == []


@pytest.mark.parametrize("name", ["member", "admin", "chief"])
def test_nobody_but_its_owner_takes_a_session_out_of_its_team(api: Api, name: str) -> None:
    with people_of(api) as people:
        session = begin(people["owner"], team_id=str(people.team))
        reply = people[name].patch(path_of(session), json={"team_id": None})

        assert reply.status_code == 403
        assert people["owner"].get(path_of(session)).json() == session


def test_the_sessions_of_a_team_are_listed_for_those_who_are_in_it(api: Api) -> None:
    with people_of(api) as people:
        first, second = (begin(people[name], tags=["a"], team_id=str(people.team)) for name in ("owner", "member"))
        alone = begin(people["owner"])
        begin(people["stranger"])

        team = str(people.team)
        listed = {name: ids_of(people[name], team_id=team) for name in EVERYBODY}
        sessions = people["owner"].get(SESSIONS, params={"team_id": team}).json()["sessions"]

        assert listed.pop("stranger") == []
        assert all(ids == [second["id"], first["id"]] for ids in listed.values())
        assert [each["tags"] for each in sessions] == [[], ["a"]]
        assert ids_of(people["owner"]) == [alone["id"], first["id"]]


def ids_of(client: TestClient, **filters: str) -> list[str]:
    return [each["id"] for each in client.get(SESSIONS, params=filters).json()["sessions"]]


def test_a_session_and_a_message_are_made_once(client: TestClient) -> None:
    sessions = [client.post(SESSIONS, json={"title": "a"}, headers={"Idempotency-Key": "s"}) for _ in range(2)]
    path = f"{sessions[0].headers['Location']}/messages"
    body = {"role": "user", "content": "once"}
    said = [client.post(path, json=body, headers={"Idempotency-Key": "m"}) for _ in range(2)]
    batches = [
        client.post(f"{path}/batch", json={"messages": [body]}, headers={"Idempotency-Key": "b"}) for _ in range(2)
    ]

    for first, second in (sessions, said, batches):
        assert (first.status_code, second.content) == (201, first.content)
    assert client.get(said[0].headers["Location"]).json() == said[0].json()
    assert "Location" not in batches[0].headers
    assert client.get(sessions[0].headers["Location"]).json()["message_count"] == 2


def add(client: TestClient, session: dict[str, Any], *messages: dict[str, Any]) -> dict[str, Any]:
    reply = client.post(f"{messages_of(session)}/batch", json={"messages": messages})
    assert reply.status_code == 201
    document: dict[str, Any] = reply.json()
    return document


def test_a_batch_keeps_its_order_and_is_counted_and_found(api: Api, client: TestClient) -> None:
    session = begin(client)
    say(client, session, "before")
    texts = [f"numbat {number}" for number in range(200)]

    batch = add(client, session, *({"role": "user", "content": text, "token_count": 2} for text in texts))
    say(client, session, "after")

    read = client.get(messages_of(session), params={"limit": 1000}).json()["messages"]
    found = client.post("/v1/search/chat", json={"query": "numbat", "mode": "fulltext", "limit": 100}).json()["results"]
    assert [message["content"] for message in read] == ["before", *texts, "after"]
    assert [message["id"] for message in batch["added"]] == [message["id"] for message in read[1:-1]]
    assert client.get(path_of(session)).json()["message_count"] == 202
    assert api.execute("select total_tokens from chat_sessions where id = %s", session["id"]) == [(400,)]
    assert len(found) == 100


def test_messages_of_the_past_stand_where_they_were_said(client: TestClient) -> None:
    session = begin(client)
    moments = ["2024-01-01T00:00:02Z", "2024-01-01T20:00:00+20:00", "2999-01-01T00:00:00Z", None]

    add(client, session, *({"role": "user", "content": str(at), "created_at": at} for at in moments))
    later = say(client, begin(client), "later")

    read = client.get(messages_of(session)).json()["messages"]
    assert [message["content"] for message in read] == [str(moments[place]) for place in (1, 0, 3, 2)]
    # What claims to be said in the future makes no session the last active one for good.
    assert client.get(path_of(session)).json()["last_activity"] < later["created_at"]


def test_a_history_that_is_sent_again_brings_what_is_new(client: TestClient) -> None:
    session = begin(client)
    first = add(client, session, *({"role": "user", "content": name, "message_id": name} for name in "ab"))

    second = add(client, session, *({"role": "user", "content": f"{name}2", "message_id": name} for name in "abc"))

    assert (first["known"], second["known"]) == (0, 2)
    assert [message["message_id"] for message in second["added"]] == ["c"]
    assert [each["content"] for each in client.get(messages_of(session)).json()["messages"]] == ["a", "b", "c2"]
    assert client.get(path_of(session)).json()["message_count"] == 3


def test_the_same_history_at_once_is_there_once(api: Api, client: TestClient, user: UUID) -> None:
    session = begin(client)
    history = [{"role": "user", "content": str(number), "message_id": str(number)} for number in range(50)]

    def send(_: int) -> int:
        with api.client(token_of(user)) as mine:
            return len(add(mine, session, *history)["added"])

    with ThreadPoolExecutor(4) as threads:
        added = sorted(threads.map(send, range(4)))

    assert added == [0, 0, 0, 50]
    assert client.get(path_of(session)).json()["message_count"] == 50


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "user", "content": "a"}, {"role": "user"}],
        [{"role": "user", "content": "a"}, {"role": "user", "content": "a", "kind": "noise"}],
        [{"role": "user", "content": "a"}, {"role": "user", "content": "a\0"}],
        [{"role": "user", "content": "a", "message_id": "m"}] * 2,
        [{"role": "user", "content": "a", "created_at": "2024-01-01T00:00:00"}],
        [{"role": "user", "content": "a", "created_at": "9999-12-31T23:59:59-05:00"}],
        [{"role": "user", "content": "a"}] * 1001,
    ],
)
def test_a_batch_with_something_wrong_is_refused_whole(client: TestClient, messages: list[dict[str, Any]]) -> None:
    session = begin(client)
    reply = client.post(f"{messages_of(session)}/batch", json={"messages": messages})

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(messages_of(session)).json()["messages"] == []


def test_a_message_is_changed_and_found_as_it_is_now(api: Api, client: TestClient) -> None:
    session = begin(client)
    message = say(client, session, "a dunnart", token_count=5)
    path = f"{messages_of(session)}/{message['id']}"
    tag = client.get(path).headers["ETag"]

    changed = client.patch(path, json={"content": "a bilby", "token_count": 3}, headers={"If-Match": tag}).json()
    late = client.patch(path, json={"content": "late"}, headers={"If-Match": tag})
    counted = api.execute("select total_tokens from chat_sessions where id = %s", session["id"])
    bare = client.patch(path, json={"token_count": None}).json()

    found = {
        word: [
            each["id"]
            for each in client.post("/v1/search/chat", json={"query": word, "mode": "fulltext"}).json()["results"]
        ]
        for word in ("dunnart", "bilby")
    }
    assert changed == {**message, "content": "a bilby", "token_count": 3}
    assert late.status_code == 412
    assert counted == [(3,)]
    assert bare == {**changed, "token_count": None}
    assert api.execute("select total_tokens from chat_sessions where id = %s", session["id"]) == [(0,)]
    assert found == {"dunnart": [], "bilby": [message["id"]]}


def test_a_message_that_was_removed_is_not_counted_any_more(api: Api, client: TestClient) -> None:
    session = begin(client)
    first, second = (say(client, session, text, token_count=4) for text in ("a", "b"))
    path = f"{messages_of(session)}/{first['id']}"
    elsewhere = f"{messages_of(begin(client))}/{second['id']}"

    statuses = [client.delete(each).status_code for each in (path, path, elsewhere)]

    assert statuses == [204, 404, 404]
    assert client.get(messages_of(session)).json()["messages"] == [second]
    assert api.execute("select message_count, total_tokens from chat_sessions where id = %s", session["id"]) == [(1, 4)]


def test_pages_of_messages_go_on_when_the_last_one_is_removed(client: TestClient) -> None:
    session = begin(client)
    said = [say(client, session, str(number))["id"] for number in range(4)]
    first = client.get(messages_of(session), params={"limit": 2}).json()
    client.delete(f"{messages_of(session)}/{said[1]}").raise_for_status()

    second = client.get(messages_of(session), params={"after": first["next"]}).json()

    assert [each["id"] for each in first["messages"] + second["messages"]] == said
    assert second["next"] is None


def test_pages_of_sessions_go_on_where_they_were_when_the_last_one_moves_up(client: TestClient) -> None:
    made = [begin(client) for _ in range(4)]
    first = client.get(SESSIONS, params={"limit": 2}).json()
    say(client, made[2], "up")

    second = client.get(SESSIONS, params={"after": first["next"]}).json()

    assert [each["id"] for each in first["sessions"] + second["sessions"]] == [each["id"] for each in made[::-1]]
