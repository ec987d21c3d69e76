"""What functions that run as their owner refuse, and that nobody can make them do anything else."""

from __future__ import annotations

import re
import uuid

import pytest

from models.caller import Caller, Role
from tests.conftest import become
from tests.sql.policies.kinds import BY_NAME
from tests.sql.policies.world import REFUSED, ROLES, World, attempt

OF_OURS = "pronamespace::regnamespace::text in ('public', 'codingit', 'codingit_internal')"
# Functions of extensions may live in these schemas too.
FUNCTIONS_OF_OURS = f"""
select oid::regprocedure::text from pg_proc
where {OF_OURS}
  and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
"""
SIGNED_IN = {"owner", "other", "member", "admin", "chief"}
TEAM = {"owner", "member", "admin", "chief"}
MANAGERS = {"admin", "chief"}
SERVICE = {"service"}
SEARCH_CODE = (
    "codingit.search_code_candidates((select id from embedding_models where active), null, null, '{a}', '{1}',"
    " 'never', null, null, null, 1)"
)
SEARCH_CHAT = (
    "codingit.search_chat_candidates('[]', null, null, null, null, false, 1, null, null, null, null, null, null,"
    " false, false, 1)"
)
SEARCH_MEANING = (
    "codingit.search_chat_meaning((select id from embedding_models where active), '[1,0,0]', null, null, null, null,"
    " null, null, null, false, 1)"
)

# Who may call it about the things of ours; everybody else is refused with 42501.
CALLED = {
    "save_message_and_update_project(%(project)s, 'user', '{}', sequence_number_param => 7)": {"owner", *SERVICE},
    "save_message_and_update_project(%(project of a team)s, 'user', '{}', null, null, 7)": {"owner", *SERVICE},
    "soft_delete_project(%(project)s)": {"owner", *SERVICE},
    "soft_delete_project(%(project of a team)s)": {"owner", *MANAGERS, *SERVICE},
    "can_use_feature('api_calls', %(team)s, null)": TEAM | SERVICE,
    "can_use_feature('api_calls', null, %(owner)s)": {"owner", *SERVICE},
    "increment_usage('api_calls', %(team)s, %(owner)s)": {"owner", *SERVICE},
    "increment_usage('api_calls', null, %(owner)s)": {"owner", *SERVICE},
    "initialize_team_usage_limits(%(team)s)": MANAGERS | SERVICE,
    "search_user_messages('quokka', %(owner)s)": {"owner", *SERVICE},
    "get_user_chat_summary(%(owner)s)": {"owner", *SERVICE},
    "create_api_key('key')": SIGNED_IN,
    "authenticate_api_key('hash')": SERVICE,
    "codingit.user_exists(%(owner)s)": SERVICE,
    "codingit.fold_terms()": SERVICE,
    "codingit.forget_gone_projects()": SERVICE,
    SEARCH_CODE: SIGNED_IN,
    SEARCH_CHAT: SIGNED_IN,
    SEARCH_MEANING: SIGNED_IN,
}
# Nobody is named: refused all the same.
NAMELESS = (
    "save_message_and_update_project(null, 'user', '{}', null, null, 7)",
    "soft_delete_project(null)",
    "initialize_team_usage_limits(null)",
    "search_user_messages('quokka', null)",
    "get_user_chat_summary(null)",
)
# For whom a question of the policies is answered with yes.
ASKED = {
    "codingit.writes_project(%(project)s)": {"owner"},
    "codingit.writes_project(%(project of a team)s)": {"owner", *MANAGERS},
    "codingit.writes_fragment(%(fragment)s)": {"owner"},
    "codingit.writes_fragment(%(fragment of a team)s)": {"owner", *MANAGERS},
    "codingit.owns_session(%(session of a team)s)": {"owner"},
    "codingit.owns_sessions(array[%(session)s, %(session of a team)s])": {"owner"},
    "codingit.owns_thread(%(thread)s)": {"owner"},
    "codingit.runs_workflow(%(workflow)s)": TEAM,
    "codingit.manages_workflow(%(workflow)s)": MANAGERS,
    "(%(team)s = any (codingit.member_teams()))": TEAM,
    "(%(team)s = any (codingit.managed_teams()))": MANAGERS,
    "(%(team)s = any (codingit.owned_teams()))": {"chief"},
}
# They answer for anybody's things, so no request can put them: only policies and functions of the database do.
CLOSED = (
    "codingit_internal.team_has_member(%(team)s, %(member)s)",
    "codingit_internal.team_is_stored(%(team)s)",
    "codingit_internal.project_is_deleted(%(deleted public project)s)",
    "codingit_internal.thread_holds_message(%(thread)s, %(thread message)s)",
    "codingit.refuse_usage_of_others(%(team)s, null)",
)
TRIGGERS = {
    "codingit.count_terms()", "codingit.forget_chat_terms()", "codingit.forget_project_terms()",
    "codingit.hand_over_messages()", "codingit.keep_container()", "codingit.keep_last_owner()", "codingit.keep_owner()",
    "codingit.mark_files_stale()", "codingit.mark_messages_stale()", "codingit.mark_session_stale()",
    "codingit.own_created_team()", "codingit.remember_chat_terms()", "codingit.take_user_of_session()",
}  # fmt: skip


@pytest.fixture
def searched(world: World) -> World:
    """The search for code answers for the active model only."""
    world.connection.execute(
        b"update public.embedding_models set active = true where id = %s", (world.theirs.keys["model"],)
    )
    return world


@pytest.mark.parametrize("call", CALLED)
def test_a_function_is_called_by_those_it_is_for(call: str, searched: World) -> None:
    outcomes = {
        role: attempt(searched.connection, searched.caller(role), f"select {call}", searched.ours.keys)
        for role in ROLES
    }

    assert {role for role in ROLES if outcomes[role].sqlstate is None} == CALLED[call]
    assert {outcomes[role].sqlstate for role in ROLES if role not in CALLED[call]} == {REFUSED}


@pytest.mark.parametrize("call", [call for call in CALLED if "%(" in call])
def test_a_refusal_says_the_same_of_what_does_not_exist(call: str, world: World) -> None:
    nothing = {name: uuid.uuid4() for name in world.ours.keys}

    answers = {
        attempt(world.connection, world.caller("other"), f"select {call}", keys) for keys in (world.ours.keys, nothing)
    }

    assert len(answers) == 1
    assert answers.pop().sqlstate == REFUSED


@pytest.mark.parametrize("call", NAMELESS)
def test_a_function_that_is_asked_about_nobody_refuses(call: str, world: World) -> None:
    assert attempt(world.connection, world.caller("owner"), f"select {call}").sqlstate == REFUSED


def test_a_caller_without_a_subject_is_nobody(world: World) -> None:
    nobody = Caller(None, Role.AUTHENTICATED)
    for call in (*CALLED, *NAMELESS):
        assert attempt(world.connection, nobody, f"select {call}", world.ours.keys).sqlstate == REFUSED


@pytest.mark.parametrize("call", ASKED)
def test_a_question_is_answered_for_the_caller(call: str, world: World) -> None:
    answers = {}
    for role in SIGNED_IN:
        with world.connection.transaction(force_rollback=True):
            become(world.connection, world.caller(role))
            row = world.connection.execute(f"select {call}".encode(), world.ours.keys).fetchone()
            answers[role] = row == (True,)
        become(world.connection, None)

    assert {role for role in answers if answers[role]} == ASKED[call]
    assert attempt(world.connection, world.caller("anon"), f"select {call}", world.ours.keys).sqlstate == REFUSED


@pytest.mark.parametrize("call", CLOSED)
def test_a_question_about_anybody_cannot_be_put_by_a_request(call: str, world: World) -> None:
    for role in ("anon", *SIGNED_IN):
        assert attempt(world.connection, world.caller(role), f"select {call}", world.ours.keys).sqlstate == REFUSED


def test_every_function_that_runs_as_its_owner_is_told(world: World) -> None:
    rows = world.connection.execute(f"{FUNCTIONS_OF_OURS} and prosecdef".encode()).fetchall()
    found = {row[0].split("(")[0].removeprefix("public.") for row in rows}

    told = {re.findall(r"[a-z_.]+(?=\()", call)[0] for call in (*CALLED, *ASKED, *CLOSED)}

    assert found == told | {name.removesuffix("()") for name in TRIGGERS}


def test_every_function_looks_names_up_in_a_fixed_order(world: World) -> None:
    """In the temporary schema last: types and tables are looked up there first where it is not named."""
    rows = world.connection.execute(
        f"select f.name, proconfig from ({FUNCTIONS_OF_OURS}) as f (name) join pg_proc on oid = f.name::regprocedure "
        "where prosqlbody is null".encode()
    ).fetchall()
    orders = {row[0]: [setting for setting in row[1] or () if setting.startswith("search_path=")] for row in rows}

    assert {
        name: order
        for name, order in orders.items()
        if order not in (["search_path=pg_catalog, pg_temp"], ["search_path=public, extensions, pg_temp"])
    } == {}


def test_no_function_is_everybodys(world: World) -> None:
    rows = world.connection.execute(
        f"select f.name from ({FUNCTIONS_OF_OURS}) as f (name) join pg_proc on oid = f.name::regprocedure "
        "where exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)".encode()
    ).fetchall()

    assert rows == []


def test_a_type_of_the_callers_own_is_not_taken_for_that_of_the_server(world: World) -> None:
    """A domain's check runs whatever it names as whoever casts to it; in such a function that would be its owner."""
    heard: list[str] = []
    connection = world.connection

    def listen(notice: object) -> None:
        heard.append(getattr(notice, "message_primary", None) or "")

    connection.add_notice_handler(listen)
    with connection.transaction(force_rollback=True):
        become(connection, world.caller("owner"))
        connection.execute(
            b"create function pg_temp.seize(value anyelement) returns boolean language plpgsql as "
            b"$$ begin raise notice 'seized as %', current_user; return true; end $$"
        )
        for name in ("uuid", "text", "jsonb", "name", "tsquery", "bytea", "int4", "bool"):
            connection.execute(
                f"create domain pg_temp.{name} as pg_catalog.{name} check (pg_temp.seize(value))".encode()
            )
        connection.execute(b"select ''::pg_temp.text")
        assert heard == ["seized as authenticated"]
        heard.clear()
        for call in (*CALLED, *ASKED):
            attempt(connection, world.caller("owner"), f"select {call}", world.ours.keys)
        for thing in BY_NAME.values():
            attempt(connection, world.caller("owner"), f"update {thing.table} set {thing.change} = {thing.change}")
    become(connection, None)
    connection.remove_notice_handler(listen)

    assert [said for said in heard if said.startswith("seized as ") and said != "seized as authenticated"] == []
