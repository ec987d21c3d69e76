"""Whose words are whose: in sessions, in threads, in exports."""

from __future__ import annotations

import pytest

from tests.sql.policies.world import REFUSED, World, attempt, do

SAY = """insert into chat_message_cache (session_id, message_id, role, content, user_id)
values (%(session)s, 'said', 'user', 'c', %(user)s)"""
WHOSE = b"select user_id from chat_message_cache where message_id = 'said'"


def test_a_message_is_its_sessions_users_whatever_the_writer_says(world: World) -> None:
    keys = {"session": world.ours.keys["session"], "user": world.theirs.keys["owner"]}

    assert do(world.connection, world.caller("owner"), SAY, keys).rows == 1

    assert world.connection.execute(WHOSE).fetchall() == [(world.ours.keys["owner"],)]


@pytest.mark.parametrize("user", ["ours", "theirs"])
def test_nothing_is_said_in_a_session_of_another(user: str, world: World) -> None:
    tenant = world.ours if user == "ours" else world.theirs
    keys = {"session": world.ours.keys["session"], "user": tenant.keys["owner"]}

    assert attempt(world.connection, world.caller("other"), SAY, keys).sqlstate == REFUSED


def test_a_message_moves_between_sessions_of_its_user_only(world: World) -> None:
    statement = "update chat_message_cache set session_id = %(session)s where id = %(message)s"
    message = world.ours.keys["chat message"]

    for tenant, outcome in ((world.ours, None), (world.theirs, REFUSED)):
        keys = {"session": tenant.keys["session of a team"], "message": message}
        assert attempt(world.connection, world.caller("owner"), statement, keys).sqlstate == outcome


def test_messages_follow_a_session_that_the_service_hands_over(world: World) -> None:
    keys = {"user": world.ours.keys["member"], "session": world.ours.keys["session"]}

    do(
        world.connection,
        world.caller("service"),
        "update chat_sessions set user_id = %(user)s where id = %(session)s",
        keys,
    )

    said = "select from chat_message_cache where session_id = %(session)s"
    assert attempt(world.connection, world.caller("member"), said, keys).rows == 1
    assert attempt(world.connection, world.caller("owner"), said, keys).rows == 0


def test_a_guest_reads_changes_and_removes_what_the_guest_sent_and_sends_no_more(world: World) -> None:
    guest, keys = world.caller("guest"), world.ours.keys
    mine = "where id = %(thread message of somebody else)s"

    assert attempt(world.connection, guest, f"select from thread_messages {mine}", keys).rows == 1
    assert attempt(world.connection, guest, "select from thread_messages", keys).rows == 1
    assert attempt(world.connection, guest, f"update thread_messages set content = 'x' {mine}", keys).rows == 1
    assert attempt(world.connection, guest, f"delete from thread_messages {mine}", keys).rows == 1
    send = "insert into thread_messages (thread_id, sender_id, content) values (%(thread)s, %(guest)s, 'x')"
    assert attempt(world.connection, guest, send, keys).sqlstate == REFUSED
    assert attempt(world.connection, guest, "select from conversation_threads", keys).rows == 0


def test_a_message_stays_in_its_thread(world: World) -> None:
    owner, keys = world.caller("owner"), world.ours.keys
    do(
        world.connection,
        owner,
        "insert into conversation_threads (name, created_by) values ('second', %(owner)s)",
        keys,
    )
    second = "(select id from conversation_threads where name = 'second')"

    for statement in (
        f"update thread_messages set thread_id = {second} where id = %(thread message)s",
        f"update thread_summaries set thread_id = {second} where id = %(summary)s",
        f"""insert into thread_summaries (thread_id, summary, message_count, last_message_id)
        values ({second}, 's', 1, %(thread message)s)""",
    ):
        assert attempt(world.connection, owner, statement, keys).sqlstate == REFUSED


def test_a_summary_outlives_the_message_that_it_ends_with(world: World) -> None:
    keys = world.ours.keys
    do(world.connection, world.caller("owner"), "delete from thread_messages where id = %(thread message)s", keys)

    row = world.connection.execute(b"select last_message_id from thread_summaries where id = %(summary)s", keys)

    assert row.fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("sessions", "outcome"),
    [
        ("null", None),
        ("'{}'", None),
        ("array[%(mine)s, %(mine)s]::uuid[]", None),
        ("array[%(mine)s, %(theirs)s]::uuid[]", REFUSED),
        ("array[%(mine)s, gen_random_uuid()]::uuid[]", REFUSED),
        ("array[%(mine)s, null]::uuid[]", REFUSED),
    ],
)
def test_an_export_is_of_ones_own_sessions(sessions: str, outcome: str | None, world: World) -> None:
    keys = {
        "mine": world.ours.keys["session"],
        "theirs": world.theirs.keys["session"],
        "owner": world.ours.keys["owner"],
        "export": world.ours.keys["export"],
    }
    ask = f"insert into chat_export_requests (user_id, export_type, session_ids) values (%(owner)s, 'csv', {sessions})"
    again = f"update chat_export_requests set session_ids = {sessions} where id = %(export)s"

    assert attempt(world.connection, world.caller("owner"), ask, keys).sqlstate == outcome
    assert attempt(world.connection, world.caller("owner"), again, keys).sqlstate == outcome
