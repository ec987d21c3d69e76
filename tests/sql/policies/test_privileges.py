"""What each role is granted at all, compared with privileges.txt; and that row level security is on and forced.

`REWRITE_GOLDEN=1` writes the file anew.
"""

from __future__ import annotations

from pathlib import Path

from sql.database import Connection
from tests.golden import check_golden

ROLES = ["anon", "authenticated", "service_role", "codingit_api"]
SCHEMAS = ["public", "codingit", "codingit_internal", "auth"]

# `select*` where only some columns are granted. The login role may what it may as itself, before it switches.
TABLES = """
select format('%%I.%%I', nspname, relname), role.name,
  coalesce(string_agg(granted.word, ' ' order by granted.place), '-')
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
cross join unnest(%(roles)s::text[]) with ordinality as role (name, place)
left join lateral (
  select place, case
    when has_table_privilege(role.name, pg_class.oid, privilege) then privilege
    when privilege in ('select', 'insert', 'update', 'references')
      and has_any_column_privilege(role.name, pg_class.oid, privilege) then privilege || '*'
  end
  from unnest(%(privileges)s::text[]) with ordinality as asked (privilege, place)
) as granted (place, word) on granted.word is not null
where relkind in ('r', 'p', 'v', 'm', 'f') and nspname = any (%(schemas)s)
group by nspname, relname, role.name, role.place
order by nspname <> 'public', nspname, relname, role.place
"""
COLUMNS = """
select table_schema || '.' || table_name, grantee, lower(privilege_type),
  string_agg(column_name, ' ' order by column_name)
from information_schema.column_privileges as each
where grantee = any (%(roles)s) and table_schema = any (%(schemas)s)
  and not has_table_privilege(grantee::text, format('%%I.%%I', table_schema, table_name), privilege_type)
group by 1, 2, 3
order by 1, 2, 3
"""
SEQUENCES = """
select format('%%I.%%I', nspname, relname), role.name, privilege
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
cross join unnest(%(roles)s::text[]) as role (name)
cross join unnest(array['usage', 'select', 'update']) as asked (privilege)
where relkind = 'S' and nspname = any (%(schemas)s) and has_sequence_privilege(role.name, pg_class.oid, privilege)
order by 1, 2, 3
"""
FUNCTIONS = """
select pg_proc.oid::regprocedure::text, role.name
from pg_proc
cross join unnest(%(roles)s::text[]) as role (name)
where pronamespace::regnamespace::text = any (%(schemas)s)
  and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
  and has_function_privilege(role.name, pg_proc.oid, 'execute')
order by 1, 2
"""
NAMESPACES = """
select nspname, role.name, privilege
from pg_namespace
cross join unnest(%(roles)s::text[]) as role (name)
cross join unnest(array['usage', 'create']) as asked (privilege)
where nspname = any (%(schemas)s) and has_schema_privilege(role.name, pg_namespace.oid, privilege)
order by 1, 2, 3
"""
# Row level security is on, and nobody it binds gets anything through it.
WITHOUT_POLICY = {
    # Only functions of the search and triggers read and write it.
    "public.chat_terms",
    # The indexer's: only the service has any grant.
    "public.code_term_deltas",
    "public.code_ann_indexes",
    "public.chat_ann_indexes",
    # Accounts are the platform's; only the service has any grant.
    "auth.users",
    # What was migrated; the service may read it.
    "codingit.migrations",
}


def test_the_grants_are_those_of_the_file(connection: Connection) -> None:
    asked = {
        "roles": ROLES,
        "schemas": SCHEMAS,
        "privileges": ["select", "insert", "update", "delete", "truncate", "references", "trigger"],
    }
    parts = {
        "tables": TABLES,
        "columns": COLUMNS,
        "sequences": SEQUENCES,
        "functions": FUNCTIONS,
        "schemas": NAMESPACES,
    }

    found = "\n".join(
        f"# {title}\n" + "".join(
            " | ".join(row) + "\n" for row in connection.execute(statement.encode(), asked).fetchall()
        )
        for title, statement in parts.items()
    )  # fmt: skip

    check_golden(Path(__file__).parent / "privileges.txt", found)


def test_nobody_empties_refers_to_or_hangs_triggers_on_a_table(connection: Connection) -> None:
    granted = connection.execute(
        "select relname, role.name, privilege from pg_class "
        "cross join unnest(%s::text[]) as role (name) "
        "cross join unnest(array['truncate', 'references', 'trigger']) as asked (privilege) "
        "where relkind = 'r' and relnamespace::regnamespace::text = any (%s) "
        "and has_table_privilege(role.name, pg_class.oid, privilege)",
        (ROLES, SCHEMAS),
    )

    assert granted.fetchall() == []


def test_every_table_has_row_level_security_on_and_forced(connection: Connection) -> None:
    open_tables = connection.execute(
        "select relname from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text = any (%s) "
        "and not (relrowsecurity and relforcerowsecurity)",
        (SCHEMAS,),
    )

    assert open_tables.fetchall() == []


def test_every_table_has_a_policy_or_a_reason(connection: Connection) -> None:
    bare = connection.execute(
        "select format('%%I.%%I', relnamespace::regnamespace, relname) from pg_class "
        "where relkind in ('r', 'p') and relnamespace::regnamespace::text = any (%s) "
        "and not exists (select from pg_policy where polrelid = pg_class.oid)",
        (SCHEMAS,),
    )

    assert {row[0] for row in bare.fetchall()} == WITHOUT_POLICY


def test_no_policy_is_for_everybody_or_for_all_commands(connection: Connection) -> None:
    loose = connection.execute(
        "select polname from pg_policy where 0 = any (polroles) or polcmd = '*' or not polpermissive"
    )

    assert loose.fetchall() == []


def test_the_login_role_is_nobody_until_it_switches(connection: Connection) -> None:
    row = connection.execute(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit, rolreplication from pg_roles "
        "where rolname = 'codingit_api'"
    ).fetchone()

    assert row is not None
    assert set(row) == {False}
    owned = connection.execute("select count(*) from pg_class where relowner = 'codingit_api'::regrole").fetchone()
    assert owned == (0,)


def test_the_roles_of_requests_own_nothing_and_cannot_log_in(connection: Connection) -> None:
    rows = connection.execute(
        "select rolname, rolcanlogin, rolsuper, rolcreaterole, rolbypassrls from pg_roles "
        "where rolname = any (%s) order by 1",
        (ROLES[:3],),
    ).fetchall()

    assert rows == [
        ("anon", False, False, False, False),
        ("authenticated", False, False, False, False),
        ("service_role", False, False, False, True),
    ]
