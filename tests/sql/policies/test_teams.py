"""How teams come, change hands and go: stories in which one step allows or forbids the next."""

from __future__ import annotations

import pytest

from tests.sql.policies.world import REFUSED, World, attempt, do

MEMBERS = "select user_id, role from team_members where team_id = %s"
LAST_OWNER = "23514"


def members(world: World, team: object) -> set[tuple[object, ...]]:
    return set(world.connection.execute(MEMBERS.encode(), (team,)).fetchall())


@pytest.fixture
def sole(world: World) -> World:
    """The team has one owner, the chief."""
    world.connection.execute(b"delete from team_members where user_id = %s", (world.ours.keys["partner"],))
    return world


def test_who_creates_a_team_owns_it_and_reads_it_at_once(world: World) -> None:
    caller = world.caller("other")
    statement = "insert into teams (name, email) values ('new', 'a@example.org') returning id, tier, created_at"

    assert do(world.connection, caller, statement).rows == 1

    row = world.connection.execute(b"select id from teams where name = 'new'").fetchone()
    assert row is not None
    assert members(world, row[0]) == {(caller.user_id, "owner")}
    rename = "update teams set name = 'newer' where id = %(id)s"
    assert attempt(world.connection, caller, rename, {"id": row[0]}).rows == 1
    assert attempt(world.connection, world.caller("owner"), rename, {"id": row[0]}).rows == 0


def test_the_service_creates_a_team_that_is_nobodys_yet(world: World) -> None:
    do(world.connection, world.caller("service"), "insert into teams (name) values ('new')")

    row = world.connection.execute(b"select id from teams where name = 'new'").fetchone()
    assert row is not None
    assert members(world, row[0]) == set()


@pytest.mark.parametrize("column", ["tier", "stripe_customer_id", "subscription_status", "current_period_end"])
def test_the_plan_is_not_a_teams_own_to_choose(column: str, world: World) -> None:
    team = {"team": world.ours.keys["team"]}

    for statement in (
        f"update teams set {column} = null where id = %(team)s",
        f"insert into teams (name, {column}) values ('x', null)",
    ):
        assert attempt(world.connection, world.caller("chief"), statement, team).sqlstate == REFUSED


@pytest.mark.parametrize("role", ["owner", "member", "admin"])
def test_a_member_leaves_and_reads_no_more(role: str, world: World) -> None:
    caller = world.caller(role)
    keys = {**world.ours.keys, "me": caller.user_id}
    leave = "delete from team_members where team_id = %(team)s and user_id = %(me)s"
    workflow = "select from workflows where id = %(workflow)s"
    assert attempt(world.connection, caller, workflow, keys).rows == 1

    assert do(world.connection, caller, leave, keys).rows == 1

    assert attempt(world.connection, caller, workflow, keys).rows == 0
    assert attempt(world.connection, caller, "select from teams where id = %(team)s", keys).rows == 0


@pytest.mark.parametrize("who", ["chief", "service"])
@pytest.mark.parametrize(
    "statement",
    [
        "delete from team_members where team_id = %(team)s and user_id = %(chief)s",
        "update team_members set role = 'member' where team_id = %(team)s and user_id = %(chief)s",
        "delete from team_members where team_id = %(team)s",
    ],
)
def test_the_last_owner_stays(who: str, statement: str, sole: World) -> None:
    assert attempt(sole.connection, sole.caller(who), statement, sole.ours.keys).sqlstate == LAST_OWNER


def test_an_owner_leaves_when_there_is_another(world: World) -> None:
    leave = "delete from team_members where team_id = %(team)s and user_id = %(chief)s"

    assert attempt(world.connection, world.caller("chief"), leave, world.ours.keys).rows == 1


def test_the_last_owner_gives_way_to_the_end_of_the_team_and_of_the_account(sole: World) -> None:
    for who, statement in (
        ("chief", "delete from teams where id = %(team)s"),
        ("service", "delete from auth.users where id = %(chief)s"),
    ):
        assert attempt(sole.connection, sole.caller(who), statement, sole.ours.keys).rows == 1


@pytest.mark.parametrize(
    "statement",
    [
        "insert into team_members (team_id, user_id, role) values (%(team)s, %(account)s, 'owner')",
        "update team_members set role = 'owner' where team_id = %(team)s and user_id = %(admin)s",
        "update team_members set role = 'owner' where team_id = %(team)s and user_id = %(guest)s",
        """insert into team_members (team_id, user_id, role) values (%(team)s, %(guest)s, 'member')
        on conflict (team_id, user_id) do update set role = 'owner'""",
        """insert into team_members (team_id, user_id, role) values (%(team)s, %(chief)s, 'member')
        on conflict (team_id, user_id) do update set role = 'member'""",
    ],
)
def test_an_admin_makes_and_unmakes_no_owner(statement: str, world: World) -> None:
    assert attempt(world.connection, world.caller("admin"), statement, world.ours.keys).sqlstate == REFUSED


@pytest.mark.parametrize("role", ["admin", "chief"])
@pytest.mark.parametrize("change", ["team_id = %(another)s", "user_id = %(account)s"])
def test_a_membership_is_not_made_over(role: str, change: str, world: World) -> None:
    keys = {**world.ours.keys, "another": world.theirs.keys["team"]}
    statement = f"update team_members set {change} where id = %(membership)s"

    assert attempt(world.connection, world.caller(role), statement, keys).sqlstate == REFUSED


@pytest.mark.parametrize("role", ["admin", "chief"])
def test_a_team_is_not_made_the_default_of_its_members(role: str, world: World) -> None:
    """Who could, would have their next projects in it, and read them."""
    add = "insert into users_teams (team_id, user_id, is_default) values (%(team)s, %(member)s, %(default)s)"
    mine = "update users_teams set is_default = true where user_id = %(owner)s"
    over = f"{add} on conflict (user_id, team_id) do update set is_default = true"

    for default, refused in ((True, REFUSED), (False, None), (None, None)):
        keys = {**world.ours.keys, "default": default}
        assert attempt(world.connection, world.caller(role), add, keys).sqlstate == refused
    assert attempt(world.connection, world.caller(role), mine, world.ours.keys).rows == 0
    keys = {**world.ours.keys, "default": False, "member": world.ours.keys["owner"]}
    assert attempt(world.connection, world.caller(role), over, keys).sqlstate == REFUSED
    assert attempt(world.connection, world.caller("owner"), mine, world.ours.keys).rows == 1


def test_a_list_names_members_only(world: World) -> None:
    keys = {"team": world.ours.keys["team"], "stranger": world.theirs.keys["owner"]}
    statement = "insert into users_teams (team_id, user_id) values (%(team)s, %(stranger)s)"

    for role in ("chief", "other"):
        assert attempt(world.connection, world.caller(role), statement, keys).sqlstate == REFUSED


def test_what_was_in_a_team_stays_with_its_users_when_the_team_goes(world: World) -> None:
    do(world.connection, world.caller("chief"), "delete from teams where id = %(team)s", world.ours.keys)

    for table, name in (("projects", "project of a team"), ("chat_sessions", "session of a team")):
        statement = f"select team_id from {table} where id = %s"
        kept = world.connection.execute(statement.encode(), (world.ours.keys[name],)).fetchall()
        assert kept == [(None,)]
    assert attempt(world.connection, world.caller("owner"), "select from projects where title = 'p'").rows > 0
