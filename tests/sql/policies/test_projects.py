"""Whose a project, a session and what is in them stays, whoever writes it; and what of code and keys is nobody's."""

from __future__ import annotations

import pytest

from tests.sql.policies.world import REFUSED, World, attempt, do


@pytest.mark.parametrize("role", ["owner", "admin", "chief"])
@pytest.mark.parametrize(("table", "name"), [("projects", "project of a team"), ("fragments", "fragment of a team")])
def test_a_row_stays_with_its_user(role: str, table: str, name: str, world: World) -> None:
    caller = world.caller(role)
    other = world.ours.keys["member"] if role == "owner" else caller.user_id
    statement = f"update {table} set user_id = %(other)s where id = %(key)s"

    outcome = attempt(world.connection, caller, statement, {"other": other, "key": world.ours.keys[name]})

    assert outcome.sqlstate == REFUSED


MOVED = [("projects", "project"), ("chat_sessions", "session")]


@pytest.mark.parametrize(("table", "name"), MOVED)
@pytest.mark.parametrize("role", ["admin", "chief"])
@pytest.mark.parametrize("team", [None, "new"])
def test_who_manages_both_teams_moves_no_row_of_a_member_from_one_to_the_other(
    team: str | None, role: str, table: str, name: str, world: World
) -> None:
    manager = world.caller(role)
    # Who makes a team owns it.
    do(world.connection, manager, "insert into teams (name) values ('new')")
    keys = {"key": world.ours.keys[f"{name} of a team"], "name": team}
    move = f"update {table} set team_id = (select id from teams where name = %(name)s) where id = %(key)s"
    change = f"update {table} set title = 'changed' where id = %(key)s"

    assert attempt(world.connection, manager, move, keys).sqlstate == REFUSED
    # It is the move that is refused, of a row that they may change.
    assert attempt(world.connection, manager, change, keys).rows == 1


@pytest.mark.parametrize(("table", "thing"), MOVED)
def test_its_user_moves_a_row_between_teams_that_the_user_is_in(table: str, thing: str, world: World) -> None:
    owner = world.caller("owner")
    statement = f"update {table} set team_id = %(team)s where id = %(key)s"

    moves = {
        (name, team): attempt(
            world.connection,
            owner,
            statement,
            {"key": world.ours.keys[name], "team": None if tenant is None else tenant.keys["team"]},
        ).sqlstate
        for name in (thing, f"{thing} of a team")
        for team, tenant in (("none", None), ("ours", world.ours), ("theirs", world.theirs))
    }

    assert moves == {key: REFUSED if key[1] == "theirs" else None for key in moves}


@pytest.mark.parametrize(("table", "name"), [("fragments", "fragment of a team"), ("file_uploads", "upload of a team")])
def test_what_is_in_a_project_is_moved_by_its_user_alone(table: str, name: str, world: World) -> None:
    keys = {"key": world.ours.keys[name], "user": world.ours.keys["admin"]}
    world.connection.execute(b"insert into projects (user_id, title) values (%(user)s, 'of the admin')", keys)
    take = f"update {table} set project_id = (select id from projects where title = 'of the admin') where id = %(key)s"
    out = f"update {table} set project_id = null where id = %(key)s"

    assert attempt(world.connection, world.caller("admin"), take, keys).sqlstate == REFUSED
    assert attempt(world.connection, world.caller("admin"), out, keys).sqlstate == REFUSED
    assert attempt(world.connection, world.caller("owner"), out, keys).rows == 1


def test_a_project_that_goes_takes_the_files_of_all_its_users_along(world: World) -> None:
    keys = world.ours.keys
    do(world.connection, world.caller("admin"), "delete from projects where id = %(project of a team)s", keys)

    for statement in (
        b"select from workspace_files where id = %(file in a project of a team)s",
        b"select from fragments where id = %(fragment of a team)s",
        b"select from messages where id = %(message of a team)s",
    ):
        assert world.connection.execute(statement, keys).fetchall() == []


def test_a_public_project_that_is_deleted_is_public_no_more(world: World) -> None:
    statement = "select from projects where id = %(public project)s"
    assert attempt(world.connection, world.caller("anon"), statement, world.ours.keys).rows == 1

    do(world.connection, world.caller("owner"), "select soft_delete_project(%(public project)s)", world.ours.keys)

    assert attempt(world.connection, world.caller("anon"), statement, world.ours.keys).rows == 0
    assert attempt(world.connection, world.caller("owner"), statement, world.ours.keys).rows == 1


@pytest.mark.parametrize("column", ["id", "file_id", "model_id", "project_id", "words", "terms", "path"])
def test_what_the_indexer_fills_is_the_indexers(column: str, world: World) -> None:
    owner = world.caller("owner")
    add = f"insert into code_embeddings (content, user_id, {column}) values ('c', %(owner)s, null)"

    assert attempt(world.connection, owner, add, world.ours.keys).sqlstate == REFUSED
    assert attempt(world.connection, owner, f"update code_embeddings set {column} = null").sqlstate == REFUSED


@pytest.mark.parametrize(
    "statement",
    [
        "select * from api_keys",
        "select key_hash from api_keys",
        "select from api_keys where key_hash = 'x'",
        "update api_keys set key_hash = 'x'",
        "update api_keys set user_id = %(owner)s",
        "insert into api_keys (user_id, name, key_hash, key_prefix) values (%(owner)s, 'k', 'x', 'x')",
    ],
)
def test_the_hash_of_a_key_is_neither_read_nor_chosen(statement: str, world: World) -> None:
    assert attempt(world.connection, world.caller("owner"), statement, world.ours.keys).sqlstate == REFUSED


@pytest.mark.parametrize("table", ["profiles", "tasks", "code_embeddings"])
def test_a_number_that_can_be_guessed_is_not_chosen(table: str, world: World) -> None:
    statement = f"update {table} set id = 1"

    assert attempt(world.connection, world.caller("owner"), statement).sqlstate == REFUSED
    assert attempt(world.connection, world.caller("owner"), f"insert into {table} (id) values (1)").sqlstate == REFUSED
