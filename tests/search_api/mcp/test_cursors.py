"""A cursor finds its place again when the list has moved, and belongs to one question."""

from __future__ import annotations

import pytest

from search_api.mcp.cursors import InvalidCursorError, read_cursor, write_cursor

QUESTION = ["round a price", None, "python"]


def test_it_goes_on_after_the_last_result_wherever_that_is_by_now() -> None:
    cursor = read_cursor(write_cursor(QUESTION, 2, "b"), QUESTION)

    assert cursor.position(["a", "b", "c"]) == 2
    assert cursor.position(["new", "a", "b", "c"]) == 3
    assert cursor.position(["a", "c", "d"]) == 2
    assert cursor.position(["a"]) == 1


def test_it_is_short() -> None:
    assert len(write_cursor(QUESTION, 49, "b")) <= 20


@pytest.mark.parametrize("text", ["", "x", "é", "AAAA", "A" * 99, write_cursor(["other"], 2, "b")])
def test_what_is_no_cursor_of_this_question_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        read_cursor(text, QUESTION)
