"""What of a list of results goes into a reply: pure, so for any results and any budget."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.budget import count_tokens
from search_api.code_search import CodeHit
from search_api.mcp.packing import LARGEST_GAP, Packed, pack
from search_api.source_lines import split_lines

HIT = CodeHit(
    path="/p/a.py",
    project_id=None,
    file_id=UUID(int=1),
    language="python",
    kind="function",
    symbol="work",
    start_line=11,
    end_line=13,
    score=1.0,
    content="def work():\n    rest()\n    return 1\n",
    stale=False,
)
LONG = replace(HIT, content="".join(f"    step_{number}(rest, walk)\n" for number in range(100)), end_line=110)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
CONTENTS = st.lists(LINE, min_size=1, max_size=60).map("\n".join)


def packed(hits: list[CodeHit], budget: int, *sent: CodeHit) -> Packed:
    return pack(hits, budget, shorten=lambda path: path.removeprefix("/p/"), sent=lambda hit: hit in sent)


def test_a_result_is_where_what_and_its_code() -> None:
    assert packed([HIT], 200).text == "[1] a.py:11-13 function work\ndef work():\n    rest()\n    return 1"


def test_code_that_defines_the_asked_name_beside_another_says_so() -> None:
    both = replace(HIT, asked_name="rest")

    assert packed([both], 200).text.splitlines()[0] == "[1] a.py:11-13 function work with rest"


def test_a_changed_file_and_code_without_a_name_are_headed_so() -> None:
    nameless = replace(HIT, symbol=None, kind="code", stale=True)

    assert packed([nameless], 200).text.splitlines()[0] == "[1] a.py:11-13 (the file has changed since)"


def test_what_was_sent_before_is_named_and_makes_room() -> None:
    other = replace(HIT, path="/p/b.py")

    result = packed([LONG, other], 120, LONG)

    assert result.text.startswith("[1] a.py:11-110 function work (sent before)\n\n[2] b.py:11-13 function work\ndef")
    assert (result.passed, result.repeats) == (2, True)


def test_code_that_says_sent_before_is_not_taken_for_what_was() -> None:
    assert not packed([replace(HIT, content='NOTE = "(sent before)"\n')], 200).repeats


def test_results_that_were_sent_follow_each_other_without_a_blank_line() -> None:
    hits = [replace(HIT, path=f"/p/{name}.py") for name in "abc"]

    assert packed(hits, 400, *hits[:2]).text.startswith(
        "[1] a.py:11-13 function work (sent before)\n[2] b.py:11-13 function work (sent before)\n\n[3] c.py:11-13"
    )


def test_what_is_far_less_likely_than_the_first_is_only_named() -> None:
    hits = [HIT, replace(HIT, path="/p/b.py", score=1.0 - LARGEST_GAP), replace(HIT, path="/p/c.py", score=-9.0)]

    result = packed(hits, 2000)

    assert result.passed == 2
    assert result.text.endswith("Also found:\n[3] c.py:11-13 function work")


def test_a_long_result_leaves_room_for_others_and_tells_how_to_read_on() -> None:
    result = packed([LONG, replace(HIT, path="/p/b.py")], 400)

    assert "more lines: read_file path=a.py start_line=" in result.text
    assert "[2] b.py:11-13 function work\ndef work():" in result.text
    assert result.shown == (replace(HIT, path="/p/b.py"),)


def test_a_match_that_would_be_cut_off_is_shown_instead_of_the_beginning() -> None:
    result = packed([replace(LONG, matched_lines=(90,)), HIT], 400)

    assert "(from line 88)\n    step_77(rest, walk)\n    step_78(rest, walk)\n    step_79(rest" in result.text


def test_what_does_not_fit_is_named_and_is_next() -> None:
    hits = [replace(LONG, path=f"/p/{name}.py") for name in "abcdefghijklmnop"]

    result = packed(hits, 400)
    code, _, names = result.text.partition("\n\nAlso found:\n")

    assert result.passed == code.count("function work")
    assert names.splitlines()[0] == f"[{result.passed + 1}] {'abcdefghijklmnop'[result.passed]}.py:11-110 function work"


@given(st.lists(CONTENTS, min_size=1, max_size=12), st.integers(140, 3000), st.integers(0, 60))
def test_any_results_fit_into_any_budget_and_what_is_shown_are_their_lines(
    contents: list[str], budget: int, match: int
) -> None:
    hits = [
        replace(HIT, path=f"/p/{number}.py", content=content, matched_lines=(11 + match,) if match else None)
        for number, content in enumerate(contents)
    ]

    result = packed(hits, budget)

    assert count_tokens(result.text) <= budget
    assert result.passed >= 1
    assert result.text.startswith("[1] 0.py:11-13 function work")
    for hit in result.shown:
        assert hit.content.rstrip() in result.text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\r\nb\rc\n\n", ["a", "b", "c", ""]),
        ("a\x0bb\u2028c", ["a\x0bb\u2028c"]),
    ],
)
def test_lines_end_where_the_indexer_says(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines
