"""How a policy is told: a line a thing, a word a role, a letter each for reading, adding, changing and removing it.

`r`, `a`, `c`, `d` where it is done, `.` where no row is found, `x` where it is refused with SQLSTATE 42501, `-` where
other rows still need it.
"""

from __future__ import annotations

from tests.sql.policies.kinds import BY_NAME
from tests.sql.policies.world import REFUSED, ROLES, Outcome, World, add, change, read, remove

HELD = "23503"


def lines_of(told: str) -> dict[str, dict[str, str]]:
    """The story of each thing by role."""
    head, *lines = (line for line in told.splitlines() if line.strip())
    assert head.split()[1:] == list(ROLES)
    stories = {}
    for line in lines:
        words = line.split()
        name = " ".join(words[: -len(ROLES)])
        assert name in BY_NAME, name
        stories[name] = dict(zip(ROLES, words[-len(ROLES) :], strict=True))
    return stories


def seen(world: World, name: str) -> dict[str, str]:
    """What each role can really do with the thing."""
    thing = BY_NAME[name]
    return {
        role: "".join(
            _letter(letter, verb(world, role, thing))
            for letter, verb in (("r", read), ("a", add), ("c", change), ("d", remove))
        )
        for role in ROLES
    }


def _letter(letter: str, outcome: Outcome) -> str:
    if outcome.sqlstate in (REFUSED, HELD):
        return "x" if outcome.sqlstate == REFUSED else "-"
    assert outcome.sqlstate is None, outcome
    return letter if outcome.rows else "."
