"""Who takes part in the stories: a tenant with its people, and another; and what became of something that one tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from models.caller import ANON, SERVICE, Caller, user
from sql.database import Connection
from tests.conftest import become, make_user
from tests.sql.policies.kinds import BY_NAME, THINGS
from tests.sql.policies.things import Tenant, Thing, insert_row, plant

PEOPLE = ("owner", "guest", "partner", "member", "admin", "chief")
TEAM_ROLES = {"owner": "member", "member": "member", "admin": "admin", "chief": "owner"}
# The columns of a story, in this order.
ROLES = ("anon", "owner", "other", "member", "admin", "chief", "service")
REFUSED = "42501"


@dataclass(frozen=True, slots=True)
class World:
    """`ours` is the tenant of the stories; `theirs` is another's, where `other` owns everything, the team too."""

    connection: Connection
    ours: Tenant
    theirs: Tenant

    def caller(self, role: str) -> Caller:
        match role:
            case "anon":
                return ANON
            case "service":
                return SERVICE
            case "other":
                return user(self.theirs.keys["owner"])  # type: ignore[arg-type]  # a user's key is its id
            case _:
                return user(self.ours.keys[role])  # type: ignore[arg-type]  # as above


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a statement ended: with rows, or refused with an SQLSTATE and what was said."""

    rows: int = 0
    sqlstate: str | None = None
    message: str = ""
    detail: str | None = None
    hint: str | None = None


def build_world(connection: Connection) -> World:
    """Both tenants, planted in the caller's transaction as the owner of the database."""
    theirs = build_tenant(connection, {"owner": "owner"})
    return World(connection, build_tenant(connection, TEAM_ROLES), theirs)


def build_tenant(connection: Connection, team_roles: Mapping[str, str]) -> Tenant:
    tenant = Tenant()
    for person in PEOPLE:
        tenant.keys[person] = make_user(connection)
    plant(connection, tenant, BY_NAME["team"])
    for person, role in team_roles.items():
        row = {"team_id": tenant.keys["team"], "user_id": tenant.keys[person], "role": role}
        connection.execute(insert_row("public.team_members", row).encode(), row)
    for thing in THINGS:
        if thing.name != "team":
            plant(connection, tenant, thing)
    return tenant


def attempt(
    connection: Connection, caller: Caller | None, statement: str, parameters: Mapping[str, object] | None = None
) -> Outcome:
    """Try it as the caller and undo it."""
    with connection.transaction(force_rollback=True):
        outcome = do(connection, caller, statement, parameters)
    become(connection, None)
    return outcome


def do(
    connection: Connection, caller: Caller | None, statement: str, parameters: Mapping[str, object] | None = None
) -> Outcome:
    """Try it as the caller, let it stand if it went well, and be the owner again."""
    try:
        with connection.transaction():
            become(connection, caller)
            rows = connection.execute(statement.encode(), parameters).rowcount
            connection.execute("set constraints all immediate")
            become(connection, None)
    except psycopg.Error as error:
        said = error.diag
        return Outcome(0, error.sqlstate, said.message_primary or "", said.message_detail, said.message_hint)
    return Outcome(rows)


def read(world: World, role: str, thing: Thing) -> Outcome:
    statement = f"select {thing.key} from {thing.table} where {thing.key} = %(key)s"
    return attempt(world.connection, world.caller(role), statement, {"key": world.ours.keys[thing.name]})


def add(world: World, role: str, thing: Thing) -> Outcome:
    """Write the same row again: in the adder's own name where it is inside something, in its owner's elsewhere."""
    caller = world.caller(role)
    row = world.ours.values(thing)
    if thing.inside and thing.owned_by and caller.user_id is not None:
        row[thing.owned_by] = caller.user_id
    with world.connection.transaction(force_rollback=True):
        if thing.once:
            delete = f"delete from {thing.table} where {thing.key} = %(key)s"
            world.connection.execute(delete.encode(), {"key": world.ours.keys[thing.name]})
        return attempt(world.connection, caller, insert_row(thing.table, row), row)


def change(world: World, role: str, thing: Thing) -> Outcome:
    statement = f"update {thing.table} set {thing.change} = {thing.change} where {thing.key} = %(key)s"
    return attempt(world.connection, world.caller(role), statement, {"key": world.ours.keys[thing.name]})


def remove(world: World, role: str, thing: Thing) -> Outcome:
    statement = f"delete from {thing.table} where {thing.key} = %(key)s"
    return attempt(world.connection, world.caller(role), statement, {"key": world.ours.keys[thing.name]})
