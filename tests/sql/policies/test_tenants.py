"""What one tenant learns of another's rows, asked of every table in every way that SQL has: nothing but what is listed.

Keys that a client may choose are unique over all tenants, so a clash tells that the key is taken; see TAKEN.
"""

from __future__ import annotations

import uuid

import pytest

from tests.conftest import become
from tests.sql.policies.kinds import BY_NAME, THINGS
from tests.sql.policies.things import Thing, insert_row
from tests.sql.policies.world import REFUSED, Outcome, World, attempt, build_tenant, do

TABLES = sorted({thing.table for thing in THINGS})
PRIVATE = [thing.name for thing in THINGS if not thing.public]
OWNED = [thing.name for thing in THINGS if thing.owned_by]
UNIQUE_VIOLATION = "23505"
# A number that the server alone gives.
GIVEN = "428C9"

# Unique over all tenants and chosen by clients. Who hits one learns that this key is taken, and neither whose it is nor
# anything else of the row. `id` is a uuid: it has to be known to be asked for. A session's key is whatever its client
# made up, and published as unique: clients should make it as hard to guess as a uuid.
TAKEN = {
    *((f"public.{table}", "id") for table in (
        "billing_info", "chat_export_requests", "chat_message_cache", "chat_session_tags", "chat_sessions",
        "conversation_threads", "file_uploads", "fragment_executions", "fragments", "messages", "projects",
        "team_members", "teams", "thread_messages", "thread_summaries", "user_integrations", "user_preferences",
        "user_profiles",
        "user_security_settings", "users_teams", "workflow_executions", "workflow_templates", "workflows",
        "workspace_files",
    )),
    ("public.chat_sessions", "session_id"),
}  # fmt: skip
# Who adds a member names any user, so a team's owner or admin learns whether a user of this id exists. Nothing is read
# of the user, and the user may leave.
ANSWERED = {("public.team_members", "user_id")}

LEAK = """
create function pg_temp.leak(told text) returns boolean language plpgsql cost 0.0000001 as $$
begin
  raise notice '%', told;
  return true;
end
$$
"""
FOREIGN_KEYS = """
select distinct format('%I.%I', nspname, relname), attname
from pg_constraint
join pg_class on pg_class.oid = conrelid
join pg_namespace on pg_namespace.oid = relnamespace
join pg_attribute on attrelid = conrelid and attnum = any (conkey)
where contype = 'f' and nspname in ('public', 'codingit')
order by 1, 2
"""
# Not the one that is checked at commit: its columns are the indexer's to write.
UNIQUE_KEYS = """
select format('%I.%I', nspname, relname), array_agg(attname order by place)
from pg_index
join pg_class on pg_class.oid = indrelid
join pg_namespace on pg_namespace.oid = relnamespace
cross join unnest(indkey::int[]) with ordinality as column_number (attnum, place)
join pg_attribute on attrelid = indrelid and pg_attribute.attnum = column_number.attnum
where indisunique and indimmediate and indpred is null and nspname in ('public', 'codingit', 'auth')
group by 1, indexrelid
order by 1, 2
"""


def things_of(table: str) -> list[Thing]:
    return [thing for thing in THINGS if thing.table == table]


def rows_of_ours(world: World, thing: Thing) -> list[tuple[object, ...]]:
    statement = f"select told::text from {thing.table} as told where {thing.key} = %s"
    return world.connection.execute(statement.encode(), (world.ours.keys[thing.name],)).fetchall()


def attackers_row(world: World, thing: Thing) -> dict[str, object]:
    """A row that the attacker could add of its own; the one that is there is removed where there can be one only."""
    if thing.once:
        delete = f"delete from {thing.table} where {thing.key} = %s"
        world.connection.execute(delete.encode(), (world.theirs.keys[thing.name],))
    return world.theirs.values(thing)


def told(outcome: Outcome, *keys: object) -> Outcome:
    """The outcome without the keys that the attacker sent along."""
    text = outcome.message
    for key in keys:
        text = text.replace(str(key), "KEY")
    return Outcome(outcome.rows, outcome.sqlstate, text, outcome.detail, outcome.hint)


@pytest.mark.parametrize("name", PRIVATE)
def test_rows_of_another_are_not_read(name: str, world: World) -> None:
    thing = BY_NAME[name]
    mine = {"key": world.ours.keys[name]}

    for statement in (
        f"select {thing.key} from {thing.table} where {thing.key} = %(key)s",
        f"select {thing.key} from {thing.table} where {thing.key} = %(key)s for update",
        f"select {thing.key} from {thing.table} where {thing.key} = %(key)s for key share",
        f"select from {thing.table} where {thing.key} = %(key)s having count(*) > 0",
    ):
        outcome = attempt(world.connection, world.caller("other"), statement, mine)
        assert outcome.rows == 0
        assert outcome.sqlstate in (None, REFUSED)


def test_rows_of_another_are_not_counted(world: World) -> None:
    public = {table: sum(thing.public for thing in things_of(table)) for table in TABLES}
    before = counted(world)

    build_tenant(world.connection, {"owner": "owner"})

    assert counted(world) == {table: count + public[table] for table, count in before.items()}
    assert len(before) == 38


def counted(world: World) -> dict[str, int]:
    """The rows that the attacker counts, by table; tables that it may not ask are left out."""
    counts = {}
    for table in TABLES:
        with world.connection.transaction():
            become(world.connection, world.caller("other"))
            allowed = world.connection.execute(
                "select has_schema_privilege(nspname, 'usage') and has_any_column_privilege(pg_class.oid, 'select') "
                "from pg_class join pg_namespace on pg_namespace.oid = relnamespace where pg_class.oid = %s::regclass",
                (table,),
            ).fetchone()
            if allowed == (True,):
                statement = f"select count({things_of(table)[0].key}) from {table}"
                row = world.connection.execute(statement.encode()).fetchone()
                assert row is not None
                counts[table] = row[0]
        become(world.connection, None)
    return counts


@pytest.mark.parametrize("name", PRIVATE)
def test_a_function_in_the_question_is_not_shown_rows_of_another(name: str, world: World) -> None:
    thing = BY_NAME[name]
    heard: list[str] = []

    def listen(notice: object) -> None:
        heard.append(getattr(notice, "message_primary", None) or "")

    statement = f"select {thing.key} from {thing.table} where pg_temp.leak({thing.key}::text)"
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(LEAK.encode())
        world.connection.execute(b"grant execute on function pg_temp.leak(text) to public")
        world.connection.add_notice_handler(listen)
        outcome = attempt(world.connection, world.caller("other"), statement)
        world.connection.remove_notice_handler(listen)

    assert outcome.rows == 0 or heard
    assert str(world.ours.keys[name]) not in heard


@pytest.mark.parametrize("table", TABLES)
def test_a_statement_without_a_condition_leaves_the_rows_of_another_alone(table: str, world: World) -> None:
    ours = [thing for thing in things_of(table) if not thing.public or table != "public.embedding_models"]
    before = [rows_of_ours(world, thing) for thing in ours]

    do(world.connection, world.caller("other"), f"update {table} set {things_of(table)[0].change} = null")
    for thing in things_of(table):
        do(world.connection, world.caller("other"), f"update {table} set {thing.change} = {thing.change}")
    for thing in things_of(table):
        do(world.connection, world.caller("other"), f"delete from {table} returning {thing.key}")

    assert [rows_of_ours(world, thing) for thing in ours] == before
    assert all(len(rows) == 1 for rows in before)


@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied(table: str, world: World) -> None:
    assert attempt(world.connection, world.caller("other"), f"truncate {table} cascade").sqlstate == REFUSED


@pytest.mark.parametrize("name", OWNED)
def test_nothing_is_added_in_the_name_of_another(name: str, world: World) -> None:
    thing = BY_NAME[name]
    row = attackers_row(world, thing)
    assert thing.owned_by

    for stranger in (world.ours.keys["owner"], uuid.uuid4()):
        outcome = attempt(
            world.connection, world.caller("other"), insert_row(thing.table, row), {**row, thing.owned_by: stranger}
        )
        assert outcome.sqlstate == REFUSED


@pytest.mark.parametrize("name", OWNED)
def test_nothing_is_handed_to_another(name: str, world: World) -> None:
    thing = BY_NAME[name]
    statement = f"update {thing.table} set {thing.owned_by} = %(stranger)s where {thing.key} = %(key)s"

    answers = {
        told(attempt(
            world.connection, world.caller("other"), statement,
            {"stranger": stranger, "key": world.theirs.keys[name]},
        ))
        for stranger in (world.ours.keys["owner"], uuid.uuid4())
    }  # fmt: skip

    assert len(answers) == 1
    answer = answers.pop()
    assert answer.sqlstate == REFUSED or (name == "chunk" and answer.rows == 0)


def test_what_refers_to_a_row_of_another_is_refused_as_what_refers_to_nothing(world: World) -> None:
    answered = set()
    controls = set()
    for table, column in world.connection.execute(FOREIGN_KEYS.encode()).fetchall():
        for thing in things_of(table):
            if column not in thing.row and not thing.owned_by:
                continue
            with world.connection.transaction(force_rollback=True):
                row = attackers_row(world, thing)
                statement = insert_row(table, {**row, column: None})
                if attempt(world.connection, world.caller("other"), insert_row(table, row), row).sqlstate is None:
                    controls.add(table)
                ours = key_of_ours(world, table, column)
                nobodys = 32000 if column == "model_id" else uuid.uuid4()
                answers = [
                    told(attempt(world.connection, world.caller("other"), statement, {**row, column: key}), key)
                    for key in (ours, nobodys)
                ]
            update = f"update {table} set {column} = %(other)s where {thing.key} = %(key)s"
            mine = world.theirs.keys[thing.name]
            changes = [
                told(attempt(world.connection, world.caller("other"), update, {"other": key, "key": mine}), key)
                for key in (ours, nobodys)
            ]
            assert changes[0] == changes[1], (table, column)
            assert changes[0].sqlstate == REFUSED or changes[0].rows == 0, (table, column)
            if answers[0] != answers[1]:
                answered.add((table, column))
            else:
                assert answers[0].sqlstate == REFUSED, (table, column, answers)

    assert answered == ANSWERED
    # The probes would prove nothing if the attacker could add no row at all.
    assert controls >= {
        "public.projects", "public.messages", "public.fragments", "public.fragment_executions", "public.file_uploads",
        "public.workspace_files", "public.chat_sessions", "public.chat_message_cache", "public.chat_session_tags",
        "public.thread_messages", "public.thread_summaries", "public.workflows", "public.workflow_executions",
        "public.team_members", "public.users_teams", "public.billing_info",
    }  # fmt: skip


def key_of_ours(world: World, table: str, column: str) -> object:
    """A key of ours that the column could refer to."""
    holders = {
        "team_id": "team", "project_id": "project of a team", "fragment_id": "fragment", "session_id": "session",
        "thread_id": "thread", "last_message_id": "thread message", "workflow_id": "workflow", "file_id": "file",
        "model_id": "model", "message_id": "chat message",
    }  # fmt: skip
    return world.ours.keys[holders.get(column, "account" if table == "public.team_members" else "owner")]


def test_a_clash_tells_no_more_than_that_a_key_is_taken(world: World) -> None:
    taken = set()
    for table, columns in world.connection.execute(UNIQUE_KEYS.encode()).fetchall():
        for thing in things_of(table):
            with world.connection.transaction(force_rollback=True):
                row = attackers_row(world, thing)
                found = world.connection.execute(
                    f"select {', '.join(columns)} from {table} where {thing.key} = %s".encode(),
                    (world.ours.keys[thing.name],),
                ).fetchone()
                assert found is not None
                clashing = {**row, **dict(zip(columns, found, strict=True))}
                insert = insert_row(table, clashing)
                plain = attempt(world.connection, world.caller("other"), insert, clashing)
                written = f"{thing.change} = excluded.{thing.change} returning {thing.key}"
                over = attempt(
                    world.connection,
                    world.caller("other"),
                    f"{insert} on conflict ({', '.join(columns)}) do update set {written}",
                    clashing,
                )
                aside = attempt(
                    world.connection,
                    world.caller("other"),
                    f"{insert} on conflict do nothing returning {thing.key}",
                    clashing,
                )
            if plain.sqlstate == GIVEN:
                continue
            assert plain.sqlstate in (REFUSED, UNIQUE_VIOLATION), (table, columns, plain)
            assert (plain.detail, plain.hint) == (None, None), (table, columns, plain)
            assert over.sqlstate == REFUSED, (table, columns, over)
            assert aside.rows == 0, (table, columns, aside)
            if plain.sqlstate == UNIQUE_VIOLATION:
                taken.add((table, *columns))

    assert taken == TAKEN


def test_statistics_of_tables_are_not_shown(world: World) -> None:
    for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
        statement = f"select * from {view} where schemaname in ('public', 'codingit')"
        assert attempt(world.connection, world.caller("other"), statement).rows == 0
