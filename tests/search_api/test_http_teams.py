"""Tests of the routes for teams and members: who sees them, who changes whom, and that there is always an owner."""

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
from tests.search_api.people import EVERYBODY, People, people_of

TEAMS = "/v1/teams"


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


@pytest.fixture
def people(api: Api) -> Iterator[People]:
    with people_of(api) as everybody:
        yield everybody


@pytest.fixture
def user(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, user: UUID) -> Iterator[TestClient]:
    with api.client(token_of(user)) as opened:
        yield opened


def make(client: TestClient, name: str = "crew", **fields: Any) -> dict[str, Any]:
    reply = client.post(TEAMS, json={"name": name, **fields})
    assert reply.status_code == 201
    team: dict[str, Any] = reply.json()
    return team


def path_of(team: dict[str, Any] | UUID) -> str:
    return f"{TEAMS}/{team if isinstance(team, UUID) else team['id']}"


def member_path(people: People, name: str) -> str:
    return f"{path_of(people.team)}/members/{people.ids[name]}"


def roles(api: Api, people: People) -> dict[str, str]:
    rows = api.execute("select user_id, role from team_members where team_id = %s", people.team)
    names = {user_id: name for name, user_id in people.ids.items()}
    return {names[user_id]: role for user_id, role in rows}


BEFORE = {"owner": "member", "member": "member", "admin": "admin", "chief": "owner"}


def test_who_makes_a_team_owns_it(client: TestClient, user: UUID) -> None:
    team = make(client, email="crew@example.org")
    (member,) = client.get(f"{path_of(team)}/members").json()["members"]

    assert (team["name"], team["email"], team["tier"], team["role"]) == ("crew", "crew@example.org", "free", "owner")
    assert client.get(path_of(team)).json() == team
    assert client.get(TEAMS).json()["teams"] == [team]
    assert (member["user_id"], member["role"]) == (str(user), "owner")


ASKED: dict[str, Callable[[People, TestClient], int]] = {
    "read": lambda people, client: client.get(path_of(people.team)).status_code,
    "list": lambda people, client: client.get(f"{path_of(people.team)}/members").status_code,
    "read a member": lambda people, client: client.get(member_path(people, "member")).status_code,
    "rename": lambda people, client: client.patch(path_of(people.team), json={"name": "b"}).status_code,
    "delete": lambda people, client: client.delete(path_of(people.team)).status_code,
    "take in": lambda people, client: take_in(people, client, people.ids["stranger"], "member"),
    "take in an admin": lambda people, client: take_in(people, client, people.ids["stranger"], "admin"),
    "take in an owner": lambda people, client: take_in(people, client, people.ids["stranger"], "owner"),
    "take in nobody": lambda people, client: take_in(people, client, uuid4(), "member"),
    "take in again": lambda people, client: take_in(people, client, people.ids["member"], "member"),
    "promote the member": lambda people, client: give(people, client, "member", "admin"),
    "make the member an owner": lambda people, client: give(people, client, "member", "owner"),
    "demote the admin": lambda people, client: give(people, client, "admin", "member"),
    "demote the chief": lambda people, client: give(people, client, "chief", "member"),
    "promote nobody": lambda people, client: give(people, client, "stranger", "admin"),
    "remove the member": lambda people, client: client.delete(member_path(people, "member")).status_code,
    "remove the admin": lambda people, client: client.delete(member_path(people, "admin")).status_code,
    "remove the chief": lambda people, client: client.delete(member_path(people, "chief")).status_code,
    "remove nobody": lambda people, client: client.delete(member_path(people, "stranger")).status_code,
}
# owner (a plain member), member, admin, chief (the team's owner), stranger
STORIES = {
    "read": "200 200 200 200 404",
    "list": "200 200 200 200 404",
    "read a member": "200 200 200 200 404",
    "rename": "403 403 200 200 404",
    "delete": "403 403 403 204 404",
    "take in": "403 403 201 201 404",
    "take in an admin": "403 403 201 201 404",
    "take in an owner": "403 403 403 201 404",
    # Whether there is such a user is told to those who may take one in.
    "take in nobody": "403 403 404 404 404",
    "take in again": "403 403 409 409 404",
    "promote the member": "403 403 200 200 404",
    "make the member an owner": "403 403 403 200 404",
    "demote the admin": "403 403 200 200 404",
    # The last owner stays one.
    "demote the chief": "403 403 403 409 404",
    "promote nobody": "404 404 404 404 404",
    # The member leaves.
    "remove the member": "403 204 204 204 404",
    "remove the admin": "403 403 204 204 404",
    "remove the chief": "403 403 403 409 404",
    "remove nobody": "404 404 404 404 404",
}


def take_in(people: People, client: TestClient, user_id: UUID, role: str) -> int:
    body = {"user_id": str(user_id), "role": role}
    status: int = client.post(f"{path_of(people.team)}/members", json=body).status_code
    return status


def give(people: People, client: TestClient, name: str, role: str) -> int:
    status: int = client.patch(member_path(people, name), json={"role": role}).status_code
    return status


@pytest.mark.parametrize("what", STORIES)
def test_each_may_do_what_is_told(api: Api, what: str) -> None:
    answers = []
    for name in EVERYBODY:
        with people_of(api) as people:
            status = ASKED[what](people, people[name])
            answers.append(status)
            if status >= 400:
                assert roles(api, people) == BEFORE

    assert " ".join(map(str, answers)) == STORIES[what]


@pytest.mark.parametrize("name", ["owner", "member", "admin"])
def test_nobody_raises_their_own_role(people: People, name: str) -> None:
    assert give(people, people[name], name, "owner") == 403


def test_an_owner_leaves_once_there_is_another(people: People) -> None:
    assert people["chief"].delete(member_path(people, "chief")).status_code == 409

    give(people, people["chief"], "admin", "owner")

    assert people["chief"].delete(member_path(people, "chief")).status_code == 204
    assert people["chief"].get(path_of(people.team)).status_code == 404


def test_of_two_owners_who_leave_at_once_one_stays(api: Api) -> None:
    for _ in range(5):
        with people_of(api) as people:
            give(people, people["chief"], "admin", "owner")

            def leave(name: str, people: People = people) -> int:
                with api.client(token_of(people.ids[name])) as client:
                    status: int = client.delete(member_path(people, name)).status_code
                    return status

            with ThreadPoolExecutor(2) as threads:
                statuses = sorted(threads.map(leave, ["admin", "chief"]))

            assert statuses == [204, 409]
            assert list(roles(api, people).values()).count("owner") == 1


def test_who_has_left_reads_nothing_of_the_team(people: People) -> None:
    project = people["owner"].post("/v1/projects", json={"title": "p", "team_id": str(people.team)}).json()["id"]
    before = people["member"].get(f"/v1/projects/{project}").status_code

    people["member"].delete(member_path(people, "member")).raise_for_status()

    assert before == 200
    assert people["member"].get(f"/v1/projects/{project}").status_code == 404
    assert people["member"].get(TEAMS).json()["teams"] == []


DEFAULT = f"{TEAMS}/default"


def test_the_default_team_is_one_and_its_users_own_choice(api: Api, people: People) -> None:
    client, first = people["member"], str(people.team)
    second = make(client)["id"]
    none = client.get(DEFAULT)

    chosen = [client.put(DEFAULT, json={"team_id": team}).json()["team_id"] for team in (first, second, second)]

    listed = "select team_id::text from users_teams where user_id = %s and is_default"
    assert none.json() == {"team_id": None}
    assert chosen == [first, second, second]
    assert client.get(DEFAULT).json() == {"team_id": second}
    assert api.execute(listed, people.ids["member"]) == [(second,)]
    assert people["chief"].get(DEFAULT).json() == {"team_id": None}
    assert client.put(DEFAULT, json={"team_id": None}).json() == {"team_id": None}
    assert client.get(DEFAULT).json() == {"team_id": None}


@pytest.mark.parametrize("which", ["another's", "nobody's"])
def test_a_team_that_one_is_not_in_is_no_default(people: People, which: str) -> None:
    mine = make(people["stranger"])["id"]
    people["stranger"].put(DEFAULT, json={"team_id": mine}).raise_for_status()
    team = str(people.team if which == "another's" else uuid4())

    reply = people["stranger"].put(DEFAULT, json={"team_id": team})

    assert (reply.status_code, reply.json()["detail"]) == (404, "There is no such team.")
    assert people["stranger"].get(DEFAULT).json() == {"team_id": mine}


def test_a_team_that_one_has_left_is_no_default(people: People) -> None:
    people["member"].put(DEFAULT, json={"team_id": str(people.team)}).raise_for_status()
    people["member"].delete(member_path(people, "member")).raise_for_status()

    assert people["member"].get(DEFAULT).json() == {"team_id": None}


def test_of_two_who_choose_at_once_one_is_told(api: Api, people: People) -> None:
    user = people.ids["member"]
    teams = [str(people.team), *(make(people["member"])["id"] for _ in range(3))]
    tag = people["member"].get(DEFAULT).headers["ETag"]

    def choose(team: str) -> int:
        with api.client(token_of(user)) as mine:
            status: int = mine.put(DEFAULT, json={"team_id": team}, headers={"If-Match": tag}).status_code
            return status

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(choose, teams))

    assert statuses == [200, 412, 412, 412]
    assert api.execute("select count(*) from users_teams where user_id = %s and is_default", user) == [(1,)]


def test_of_several_that_other_clients_have_marked_the_last_is_the_default(api: Api, people: People) -> None:
    client, user = people["member"], people.ids["member"]
    teams = [make(client)["id"] for _ in range(3)]
    for team in teams:
        api.execute("insert into users_teams (user_id, team_id, is_default) values (%s, %s, true)", user, team)

    assert client.get(DEFAULT).json() == {"team_id": teams[2]}
    client.put(DEFAULT, json={"team_id": teams[0]}).raise_for_status()
    assert client.get(DEFAULT).json() == {"team_id": teams[0]}
    assert api.execute("select count(*) from users_teams where user_id = %s and is_default", user) == [(1,)]


@pytest.mark.parametrize("body", [{}, {"team_id": "a"}, {"team_id": None, "user_id": str(uuid4())}])
def test_what_is_no_choice_of_a_team_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    reply = client.put(DEFAULT, json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


def test_projects_stay_with_their_owners_when_the_team_goes(people: People) -> None:
    project = people["owner"].post("/v1/projects", json={"title": "p", "team_id": str(people.team)}).json()

    people["chief"].delete(path_of(people.team)).raise_for_status()

    assert people["owner"].get(f"/v1/projects/{project['id']}").json()["team_id"] is None


def test_of_two_who_give_a_role_to_the_member_they_read_one_is_told(people: People) -> None:
    path = member_path(people, "member")
    tag = people["chief"].get(path).headers["ETag"]

    first = people["admin"].patch(path, json={"role": "admin"}, headers={"If-Match": tag})
    second = people["chief"].patch(path, json={"role": "member"}, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert people["chief"].get(path).headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("who", ["chief", "member"])
def test_a_member_who_is_another_than_was_read_stays(people: People, who: str) -> None:
    path = member_path(people, "member")
    tag = people[who].get(path).headers["ETag"]
    changed = people["admin"].patch(path, json={"role": "admin"}).headers["ETag"]

    late = people[who].delete(path, headers={"If-Match": tag})
    kept = people["chief"].get(path)
    removed = people[who].delete(path, headers={"If-Match": changed})

    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert (kept.status_code, kept.headers["ETag"]) == (200, changed)
    assert removed.status_code == 204
    assert people["chief"].get(path).status_code == 404


def test_a_team_is_changed_in_what_was_sent(client: TestClient) -> None:
    team = make(client, email="crew@example.org")
    tag = client.get(path_of(team)).headers["ETag"]

    renamed = client.patch(path_of(team), json={"name": "b"}, headers={"If-Match": tag})
    late = client.patch(path_of(team), json={"name": "c"}, headers={"If-Match": tag})
    bare = client.patch(path_of(team), json={"email": None}).json()

    assert (renamed.status_code, late.status_code) == (200, 412)
    assert (renamed.json()["name"], renamed.json()["email"]) == ("b", "crew@example.org")
    assert (bare["name"], bare["email"]) == ("b", None)


@pytest.mark.parametrize("body", [{"name": ""}, {"name": None}, {"tier": "pro"}, {"role": "owner"}, {"email": "a"}])
def test_what_is_no_change_of_a_team_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    team = make(client)

    assert client.patch(path_of(team), json=body).status_code == 422
    assert client.get(path_of(team)).json() == team


def test_the_pages_of_teams_are_all_in_the_order_of_names(client: TestClient) -> None:
    for name in "cabed":
        make(client, name)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = client.get(TEAMS, params={"limit": 2, **after}).json()
        seen += [team["name"] for team in page["teams"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert seen == list("abcde")


def test_the_pages_of_members_go_on_when_the_last_one_leaves(api: Api, people: People) -> None:
    path = f"{path_of(people.team)}/members"
    first = people["chief"].get(path, params={"limit": 1}).json()
    gone = first["members"][0]["user_id"]
    if gone != str(people.ids["chief"]):
        api.execute("delete from team_members where user_id = %s", gone)

    rest = people["chief"].get(path, params={"after": first["next"]}).json()

    everybody = sorted(str(people.ids[name]) for name in BEFORE)
    assert [gone, *(each["user_id"] for each in rest["members"])] == everybody
    assert rest["next"] is None


def test_a_team_that_is_asked_for_again_is_made_once(client: TestClient) -> None:
    replies = [client.post(TEAMS, json={"name": "a"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert replies[0].content == replies[1].content
    assert len(client.get(TEAMS).json()["teams"]) == 1


def test_a_limited_key_does_what_its_scope_says(api: Api, client: TestClient, user: UUID) -> None:
    team = make(client)
    answers = {}
    for scope in ("teams:read", "teams:write", "projects:write"):
        with api.client(api.make_key(user, [scope])) as limited:
            answers[scope] = (
                limited.get(TEAMS).status_code,
                limited.post(TEAMS, json={"name": "b"}).status_code,
                limited.patch(path_of(team), json={"name": "c"}).status_code,
                limited.get(f"{path_of(team)}/members").status_code,
                limited.get(DEFAULT).status_code,
                limited.put(DEFAULT, json={"team_id": None}).status_code,
            )

    assert answers == {
        "teams:read": (200, 403, 403, 200, 200, 403),
        "teams:write": (403, 201, 200, 403, 403, 200),
        "projects:write": (403, 403, 403, 403, 403, 403),
    }
