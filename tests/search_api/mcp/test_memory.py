"""What was sent is remembered by session, and no session takes more room than it should."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from search_api.mcp.memory import Memory
from tests.search_api.mcp.test_packing import HIT

ONE, TWO = (UUID(int=1), "s"), (UUID(int=2), "s")


def test_only_what_was_sent_in_that_session_and_as_it_was_is_known() -> None:
    memory = Memory()
    memory.note(ONE, [HIT])

    assert memory.knows(ONE, HIT)
    assert not memory.knows(TWO, HIT)
    assert not memory.knows(None, HIT)
    assert not memory.knows(ONE, replace(HIT, content="changed"))
    assert not memory.knows(ONE, replace(HIT, start_line=12))


def test_nothing_is_remembered_without_a_session_or_after_its_end() -> None:
    memory = Memory()
    memory.note(None, [HIT])
    memory.note(ONE, [HIT])
    memory.forget(ONE)
    memory.forget(TWO)

    assert not memory.knows(ONE, HIT)


def test_the_sessions_that_were_used_last_are_kept() -> None:
    memory = Memory(most_sessions=2)
    three = (UUID(int=3), "s")
    for session in (ONE, TWO, ONE, three):
        memory.note(session, [HIT])

    assert [memory.knows(session, HIT) for session in (ONE, TWO, three)] == [True, False, True]
