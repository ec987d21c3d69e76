"""What every role may do with every kind of row, told table by table."""

from __future__ import annotations

import pytest

from tests.sql.policies.kinds import THINGS
from tests.sql.policies.stories import lines_of, seen
from tests.sql.policies.world import World

# A user's own rows are that user's; usage and analytics are read and never written, nor is a key made by hand.
USERS = """
thing              anon   owner  other  member admin  chief  service
profile            xxxx   racd   .x..   .x..   .x..   .x..   racd
preferences        xxxx   racd   .x..   .x..   .x..   .x..   racd
security settings  xxxx   racd   .x..   .x..   .x..   .x..   racd
integration        xxxx   racd   .x..   .x..   .x..   .x..   racd
names              xxxx   racd   .x..   .x..   .x..   .x..   racd
api key            xxxx   rxcd   .x..   .x..   .x..   .x..   racd
usage              xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
usage for a team   xxxx   rxxx   .xxx   .xxx   rxxx   rxxx   racd
idempotency key    xxxx   racd   .x..   .x..   .x..   .x..   racd
analytics          xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
task               xxxx   racd   .x..   .x..   .x..   .x..   racd
"""

# The owner of these stories is a plain member of the team. Anybody signed in makes a team; only owners make owners;
# which team is the default each user says alone; what is paid, owner and admins read.
TEAMS = """
thing                     anon   owner  other  member admin  chief  service
team                      xxxx   ra..   .a..   ra..   rac.   racd   racd
membership                xxxx   rx..   .x..   rx..   racd   racd   racd
ownership                 xxxx   rx..   .x..   rx..   rx..   racd   racd
entry in a list of teams  xxxx   racd   .x..   rx..   ra.d   ra.d   racd
limit                     xxxx   .xxx   .xxx   .xxx   rxxx   rxxx   racd
subscription event        xxxx   .xxx   .xxx   .xxx   rxxx   rxxx   racd
billing                   xxxx   .x..   .x..   .x..   racd   racd   racd
"""

# Members read what is in a project of their team, owner and admins write it; files and embeddings are the user's alone.
# What is inside a project is added in the adder's own name: an admin's own file in a member's project.
PROJECTS = """
thing                                 anon   owner  other  member admin  chief  service
project                               .xxx   racd   .x..   .x..   .x..   .x..   racd
public project                        rxxx   racd   rx..   rx..   rx..   rx..   racd
deleted public project                .xxx   racd   .x..   .x..   .x..   .x..   racd
project of a team                     .xxx   racd   .x..   ra..   racd   racd   racd
message                               xxxx   racd   .x..   .x..   .x..   .x..   racd
message of a public project           xxxx   racd   .x..   .x..   .x..   .x..   racd
message of a team                     xxxx   racd   .x..   rx..   racd   racd   racd
fragment                              .xxx   racd   .x..   .x..   .x..   .x..   racd
public fragment                       rxxx   racd   rx..   rx..   rx..   rx..   racd
public fragment of a deleted project  .xxx   racd   .x..   .x..   .x..   .x..   racd
fragment of a team                    .xxx   racd   .x..   rx..   racd   racd   racd
execution                             xxxx   racd   .x..   .x..   .x..   .x..   racd
execution for a team                  xxxx   racd   .x..   .x..   .a..   .a..   racd
upload                                xxxx   racd   .x..   .x..   .x..   .x..   racd
upload of a team                      xxxx   racd   .x..   rx..   racd   racd   racd
file                                  xxxx   racd   .x..   .x..   .x..   .x..   racd
file in a project of a team           xxxx   racd   .x..   .x..   .a..   .a..   racd
embedding                             xxxx   racd   .x..   .x..   .x..   .x..   racd
"""

# A session in a team is read by its members; what was said in it, and its tags, are its user's alone.
CHATS = """
thing                            anon   owner  other  member admin  chief  service
session                          xxxx   racd   .x..   .x..   .x..   .x..   racd
session of a team                xxxx   racd   .x..   ra..   racd   racd   racd
chat message                     xxxx   racd   .x..   .x..   .x..   .x..   racd
chat message of a team           xxxx   racd   .x..   .x..   .x..   .x..   racd
tag                              xxxx   racd   .x..   .x..   .x..   .x..   racd
tag of a team                    xxxx   racd   .x..   .x..   .x..   .x..   racd
export                           xxxx   racd   .x..   .x..   .x..   .x..   racd
thread                           xxxx   racd   .x..   .x..   .x..   .x..   racd
thread message                   xxxx   racd   .x..   .x..   .x..   .x..   racd
thread message of somebody else  xxxx   rx.d   .x..   .x..   .x..   .x..   racd
summary                          xxxx   racd   .x..   .x..   .x..   .x..   racd
"""

WORKFLOWS = """
thing              anon   owner  other  member admin  chief  service
workflow           xxxx   rx..   .x..   rx..   racd   racd   racd
template           .xxx   racd   .x..   .x..   .x..   .x..   racd
public template    rxxx   racd   rx..   rx..   rx..   rx..   racd
run of a workflow  xxxx   racd   .x..   ra..   racd   racd   racd
"""

# What is the indexer's a user reads at most; the words of chats nobody reads but the search.
OURS = """
thing                       anon   owner  other  member admin  chief  service
model                       xxxx   rxxx   rxxx   rxxx   rxxx   rxxx   rac-
model that indexes nothing  xxxx   rxxx   rxxx   rxxx   rxxx   rxxx   racd
state of a file             xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
chunk                       xxxx   rx..   .x..   .x..   .x..   .x..   racd
term of code                xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
change of a term            xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   racd
approximate index           xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   racd
index of messages           xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   racd
state of a message          xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
part of a message           xxxx   rxxx   .xxx   .xxx   .xxx   .xxx   racd
term of chats               xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   xxxx
account                     xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   racd
migration                   xxxx   xxxx   xxxx   xxxx   xxxx   xxxx   rxxx
"""
STORIES = {
    name: story for told in (USERS, TEAMS, PROJECTS, CHATS, WORKFLOWS, OURS) for name, story in lines_of(told).items()
}


@pytest.mark.parametrize("name", STORIES)
def test_each_role_can_do_what_is_told(name: str, world: World) -> None:
    assert seen(world, name) == STORIES[name]


def test_every_kind_of_row_is_told() -> None:
    assert set(STORIES) == {thing.name for thing in THINGS}


def test_every_table_is_told(world: World) -> None:
    tables = world.connection.execute(
        "select format('%I.%I', nspname, relname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
        "where relkind in ('r', 'p', 'v', 'm', 'f') and nspname in ('public', 'codingit', 'auth')"
    ).fetchall()

    assert {row[0] for row in tables} == {thing.table for thing in THINGS}
