"""The seven places in which the published schema is wrong, and in which this one must be right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sql.database import Connection
from tests.chatting import new_session, say
from tests.conftest import become, make_user, refusal, signed_in
from tests.sql.published import published_tables

REFUSED = "42501"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SAVE = "select save_message_and_update_project"
# Published with row level security on and nobody let in, or not even on.
ONCE_WITHOUT_POLICY = (
    "team_members", "users_teams", "user_security_settings", "user_integrations", "profiles", "fragment_executions",
    "chat_message_cache", "chat_session_tags", "chat_export_requests", "conversation_threads", "thread_messages",
    "thread_summaries", "user_usage", "team_usage_limits", "user_chat_analytics", "billing_info", "subscription_events",
    "workflows", "workflow_templates", "workflow_executions", "code_embeddings",
)  # fmt: skip
# Each byte a word of its own, and ever another one: the longest tsvectors that there are.
DENSE_TEXTS = (
    "select string_agg(chr(33 + n % 90) || n::text, ' ') from generate_series(1, 100000) as n",
    "select string_agg(to_hex(n), ' ') from generate_series(1, 150000) as n",
    "select string_agg(chr(19968 + n % 20000), ' ') from generate_series(1, 60000) as n",
    "select string_agg('/a' || to_hex(n) || '.b', ' ') from generate_series(1, 40000) as n",
)


def new_project(connection: Connection, user_id: object) -> object:
    row = connection.execute(
        "insert into projects (user_id, title, updated_at) values (%s, 'p', %s) returning id", (user_id, LONG_AGO)
    ).fetchone()
    assert row is not None
    return row[0]


def test_1_the_vector_of_a_message_follows_its_content(connection: Connection) -> None:
    user = make_user(connection)
    message = say(connection, new_session(connection, user), "The quokkas were running")
    vector = "select content_vector::text from chat_message_cache where id = %s"
    assert connection.execute(vector.encode(), (message,)).fetchone() == ("'quokka':2 'run':4",)

    connection.execute(b"update chat_message_cache set content = 'sleeping wombats' where id = %s", (message,))

    assert connection.execute(vector.encode(), (message,)).fetchone() == ("'sleep':1 'wombat':2",)
    write = "update chat_message_cache set content_vector = 'x'"
    assert refusal(connection, signed_in(user), write) == "428C9"


@pytest.mark.parametrize("text", DENSE_TEXTS)
def test_1_a_text_that_is_always_short_enough_is_cut_nowhere(text: str, connection: Connection) -> None:
    """200,000 bytes are where codingit.english_words begins to look whether the words fit: below it they must."""
    row = connection.execute(
        f"""select octet_length(short) between 190000 and 200000,
          codingit.english_words(short) = to_tsvector('pg_catalog.english', short),
          pg_column_size(to_tsvector('pg_catalog.english', short)) < 1048576
        from (
          select left(told, (200000.0 * char_length(told) / octet_length(told))::int - 1) as short
          from ({text}) as dense (told)
        ) as cut""".encode()
    ).fetchone()

    assert row == (True, True, True)


def test_1_a_message_whose_words_do_not_fit_is_stored(connection: Connection) -> None:
    session = new_session(connection, make_user(connection))
    words = " ".join(f"word{number}" for number in range(200_000))

    message = say(connection, session, words)

    row = connection.execute(
        "select content = %s, content_vector @@ 'word7'::tsquery from chat_message_cache where id = %s",
        (words, message),
    ).fetchone()
    assert row == (True, True)


def test_2_a_message_is_saved_by_named_arguments_and_its_project_is_touched(connection: Connection) -> None:
    user = make_user(connection)
    project = new_project(connection, user)
    become(connection, signed_in(user))

    connection.execute(
        f"{SAVE}(sequence_number_param => 3, role_param => %s, content_param => '1', project_id_param => %s)".encode(),
        ("user", project),
    )
    connection.execute(
        f"{SAVE}(%s, 'assistant', '[2]', object_data_param => '{{}}', sequence_number_param => 3)".encode(), (project,)
    )

    saved = connection.execute(
        "select role, content::text, object_data::text, result_data, sequence_number from messages "
        "where project_id = %s",
        (project,),
    ).fetchall()
    assert saved == [("assistant", "[2]", "{}", None, 3)]
    touched = connection.execute("select updated_at = now() from projects where id = %s", (project,)).fetchone()
    assert touched == (True,)


@pytest.mark.parametrize(
    ("call", "sqlstate"),
    [
        ("(%s, 'user', '[]', null, null, 0)", None),
        ("(%s, 'user', '[]')", "22004"),
        ("(%s, 'system', '[]', null, null, 0)", "22P02"),
        ("(%s, 'user', null, null, null, 0)", "23502"),
        ("(%s, 'user', '[]', null, null, -1)", "23514"),
    ],
)
def test_2_a_message_is_saved_by_the_projects_owner_alone(
    call: str, sqlstate: str | None, connection: Connection
) -> None:
    owner, other = make_user(connection), make_user(connection)
    project = new_project(connection, owner)

    assert refusal(connection, signed_in(owner), SAVE + call, project) == sqlstate
    # Whatever else is wrong with the call, a stranger hears of the project alone.
    assert refusal(connection, signed_in(other), SAVE + call, project) == REFUSED


@pytest.mark.parametrize(
    "call",
    [
        "search_user_messages('quokka', %s)",
        "get_user_chat_summary(%s)",
        "can_use_feature('api_calls', null, %s)",
        "increment_usage('api_calls', null, %s)",
    ],
)
def test_3_functions_do_not_take_a_callers_word_for_who_it_is(call: str, connection: Connection) -> None:
    user, other = make_user(connection), make_user(connection)

    assert refusal(connection, signed_in(user), f"select {call}", user) is None
    assert refusal(connection, signed_in(other), f"select {call}", user) == REFUSED


@pytest.mark.parametrize("table", ONCE_WITHOUT_POLICY)
def test_4_every_table_lets_its_users_in(table: str, connection: Connection) -> None:
    policies = connection.execute(
        "select count(*) from pg_policy where polrelid = ('public.' || %s)::regclass and polcmd = 'r' "
        "and 'authenticated'::regrole = any (polroles)",
        (table,),
    ).fetchone()

    assert policies is not None
    assert policies[0] >= 1


@pytest.mark.parametrize("table", published_tables())
def test_4_asking_a_table_comes_to_an_end(table: str, connection: Connection) -> None:
    """A policy that reads its own table recurses; PostgreSQL refuses it with 42P17 once somebody asks."""
    asker = signed_in(make_user(connection))

    assert refusal(connection, asker, f"select 1 from {table}") is None


def test_5_owners_change_and_remove_messages(connection: Connection) -> None:
    owner, other = make_user(connection), make_user(connection)
    project = new_project(connection, owner)
    connection.execute(
        "insert into messages (project_id, role, content, sequence_number) values (%s, 'user', '[]', 1)", (project,)
    )
    statements = (b"update messages set content = '[2]'", b"delete from messages")

    counts = []
    for user in (other, owner):
        become(connection, signed_in(user))
        counts.append([connection.execute(statement).rowcount for statement in statements])

    assert counts == [[0, 0], [1, 1]]


@pytest.mark.parametrize("table", published_tables())
def test_6_nobody_empties_a_table(table: str, connection: Connection) -> None:
    assert refusal(connection, signed_in(make_user(connection)), f"truncate {table} cascade") == REFUSED


def test_7_who_creates_a_team_is_its_owner(connection: Connection) -> None:
    user = make_user(connection)
    become(connection, signed_in(user))

    team = connection.execute(b"insert into teams (name) values ('crew') returning id").fetchone()

    assert team is not None
    members = connection.execute("select user_id, role from team_members where team_id = %s", (team[0],)).fetchall()
    assert members == [(user, "owner")]
