"""What the published functions do for those who may call them; whom they refuse stands in policies/."""

from __future__ import annotations

import threading
from decimal import Decimal

import psycopg
import pytest

from models.caller import SERVICE
from sql.database import Connection, Database
from tests.chatting import new_session, say
from tests.conftest import become, make_user, signed_in

LIMITS = "select usage_type, limit_value, current_usage from team_usage_limits where team_id = %s order by 1"


def new_team(connection: Connection, user_id: object) -> object:
    row = connection.execute(b"insert into teams (name) values ('crew') returning id").fetchone()
    assert row is not None
    connection.execute("insert into team_members (team_id, user_id, role) values (%s, %s, 'owner')", (row[0], user_id))
    return row[0]


def answer(connection: Connection, call: str, *arguments: object) -> object:
    row = connection.execute(f"select {call}".encode(), arguments).fetchone()
    return None if row is None else row[0]


def test_limits_are_made_once_and_leave_alone_what_is_there(connection: Connection) -> None:
    user = make_user(connection)
    team = new_team(connection, user)
    become(connection, signed_in(user))

    answer(connection, "initialize_team_usage_limits(%s)", team)
    answer(connection, "increment_usage('api_calls', %s, %s)", team, user)
    answer(connection, "initialize_team_usage_limits(%s)", team)

    assert connection.execute(LIMITS.encode(), (team,)).fetchall() == [
        ("api_calls", 10000, 1),
        ("execution_time_seconds", 3600, 0),
        ("github_imports", 100, 0),
        ("storage_mb", 1000, 0),
    ]


def test_a_feature_can_be_used_until_its_limit_is_reached(connection: Connection) -> None:
    user = make_user(connection)
    team = new_team(connection, user)
    ask = "can_use_feature('github_imports', %s, %s)"
    answers = [answer(connection, ask, team, user)]
    connection.execute(
        "insert into team_usage_limits (team_id, usage_type, limit_value) values (%s, 'github_imports', 2)", (team,)
    )
    become(connection, signed_in(user))

    for _ in range(3):
        answers.append(answer(connection, ask, team, user))
        answer(connection, "increment_usage('github_imports', %s, %s)", team, user)

    assert answers == [True, True, True, False]


@pytest.mark.parametrize(
    ("feature", "limited", "recorded"),
    [
        ("api_calls", "api_calls", "api_call"),
        ("api_call", "api_calls", "api_call"),
        ("github_imports", "github_imports", "github_import"),
        ("storage_used", "storage_mb", "storage_used"),
        ("fragment_execution", "execution_time_seconds", "fragment_execution"),
        ("project_created", None, "project_created"),
    ],
)
def test_usage_is_counted_for_the_team_and_recorded_for_the_user(
    feature: str, limited: str | None, recorded: str, connection: Connection
) -> None:
    user = make_user(connection)
    team = new_team(connection, user)
    become(connection, signed_in(user))

    assert answer(connection, "increment_usage(%s, %s, %s)", feature, team, user) is True

    expected = [] if limited is None else [(limited, 1000, 1)]
    assert connection.execute(LIMITS.encode(), (team,)).fetchall() == expected
    usage = connection.execute(b"select user_id, team_id, usage_type, usage_count from user_usage").fetchall()
    assert usage == [(user, team, recorded, 1)]


def test_usage_counted_at_the_same_time_is_all_counted(database: Database) -> None:
    """The row is not there yet: the first calls race to make it."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        user = make_user(connection)
        team = new_team(connection, user)
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(10):
                with database.acting_as(signed_in(user)) as connection:
                    connection.execute("select increment_usage('api_calls', %s, %s)", (team, user)).fetchall()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with database.acting_as(SERVICE) as connection:
        assert connection.execute(LIMITS.encode(), (team,)).fetchall() == [("api_calls", 1000, 40)]
        assert connection.execute(b"select count(*) from user_usage").fetchall() == [(40,)]


def test_a_deleted_project_keeps_the_time_at_which_it_was_deleted(connection: Connection) -> None:
    user = make_user(connection)
    row = connection.execute("insert into projects (user_id, title) values (%s, 'p') returning id", (user,)).fetchone()
    assert row is not None
    become(connection, signed_in(user))
    gone = "select status, deleted_at = now() from projects where id = %s"

    answer(connection, "soft_delete_project(%s)", row[0])
    assert connection.execute(gone.encode(), row).fetchone() == ("deleted", True)

    connection.execute("update projects set deleted_at = '2020-01-01' where id = %s", row)
    answer(connection, "soft_delete_project(project_id => %s)", row[0])
    assert connection.execute(gone.encode(), row).fetchone() == ("deleted", False)


def test_messages_are_found_best_first_with_the_title_of_their_session(connection: Connection) -> None:
    user, other = make_user(connection), make_user(connection)
    titled, untitled = new_session(connection, user, "About"), new_session(connection, user)
    deleted = new_session(connection, user, "Gone")
    say(connection, untitled, "one quokka among many other words that are said")
    say(connection, titled, "quokka quokka", minute=1)
    say(connection, deleted, "quokka", minute=2)
    say(connection, new_session(connection, other), "quokka")
    connection.execute("update chat_sessions set status = 'deleted' where id = %s", (deleted,))
    become(connection, signed_in(user))

    found = connection.execute("select * from search_user_messages('quokka', %s)", (user,)).fetchall()

    assert [(row[0][:10], row[2], row[4]) for row in found] == [
        ("quokka quo", f"key-{titled}", "About"),
        ("one quokka", f"key-{untitled}", "Untitled Session"),
    ]
    assert found[0][3] > found[1][3] > 0


def test_at_most_fifty_messages_are_found(connection: Connection) -> None:
    user = make_user(connection)
    session = new_session(connection, user)
    for minute in range(51):
        say(connection, session, "quokka", minute=minute)

    assert answer(connection, "count(*) from search_user_messages('quokka', %s)", user) == 50


def test_a_summary_counts_sessions_until_the_service_has_counted(connection: Connection) -> None:
    user = make_user(connection)
    connection.execute(
        """insert into chat_sessions
          (session_id, user_id, message_count, total_tokens, estimated_cost, created_at, last_activity)
        values
          ('a' || %(user)s, %(user)s, 2, 10, 0.5, '2026-01-05 09:00+00', '2026-01-05 09:30+00'),
          ('b' || %(user)s, %(user)s, 4, 20, 1.5, '2026-01-05 09:10+00', '2026-01-05 09:20+00'),
          ('c' || %(user)s, %(user)s, 0, 0, 0, '2026-01-06 11:00+00', '2026-01-06 11:20+00')""",
        {"user": user},
    )
    become(connection, signed_in(user))
    ask = b"select * from get_user_chat_summary(%s)"

    counted = connection.execute(ask, (user,)).fetchone()

    assert counted == (3, 6, 30, Decimal("2.0"), Decimal("20.00"), Decimal("1.50"), 9, 1, [], [], {}, {})

    become(connection, None)
    connection.execute(
        """insert into user_chat_analytics (user_id, total_sessions, total_cost, most_active_hour, favorite_models,
          model_usage) values (%s, 9, 7, 22, '{m}', '{"m": 1}')""",
        (user,),
    )
    become(connection, signed_in(user))
    kept = connection.execute(ask, (user,)).fetchone()
    assert kept == (9, 0, 0, Decimal(7), Decimal("20.00"), Decimal("1.50"), 22, 1, ["m"], [], {"m": 1}, {})


def test_a_summary_of_a_user_without_sessions_is_zeros(connection: Connection) -> None:
    user = make_user(connection)
    become(connection, signed_in(user))

    row = connection.execute(b"select * from get_user_chat_summary(%s)", (user,)).fetchone()

    assert row == (0, 0, 0, Decimal(0), Decimal(0), Decimal(0), None, None, [], [], {}, {})


def test_a_key_is_shown_once_and_known_by_its_hash_until_it_ends(connection: Connection) -> None:
    user = make_user(connection)
    become(connection, signed_in(user))
    key = answer(connection, "create_api_key('ci', '{\"read\": true}')")
    assert isinstance(key, str)
    become(connection, SERVICE)
    ask = "select user_id, permissions from authenticate_api_key(encode(sha256(convert_to(%s, 'UTF8')), 'hex'))"

    assert connection.execute(ask.encode(), (key,)).fetchall() == [(user, {"read": True})]
    assert connection.execute(ask.encode(), (key[:-1],)).fetchall() == []
    stored = connection.execute(
        b"select key_prefix, last_used_at = now(), key_hash = %s from api_keys", (key,)
    ).fetchall()
    assert stored == [(key[:12], True, False)]
    for end in ("expires_at = now()", "is_active = false"):
        with connection.transaction(force_rollback=True):
            connection.execute(f"update api_keys set {end}".encode())
            assert connection.execute(ask.encode(), (key,)).fetchall() == []
