"""Files by their evidence, each by its best chunk, and scores that say why."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.evidence import Sign
from search_api.ranking import Weights, rank
from sql.search import Candidate
from tests.search_api.candidates import candidate


def paths(query: str, *candidates: Candidate, limit: int = 10) -> list[str]:
    return [each.candidate.path for each in rank(query, candidates, limit)]


def test_each_sign_has_a_weight() -> None:
    names = {field.name for field in fields(Weights)}

    assert {sign.value for sign in Sign} == names - {"further_chunk"}


def test_the_definition_of_a_name_comes_before_its_uses() -> None:
    use = candidate("/p/views.py", lexical=5.0, dense=0.6, symbol="show")
    definition = candidate("/p/core.py", lexical=4.0, dense=0.5, symbol="Session", kind="class")

    assert paths("Session", use, definition) == ["/p/core.py", "/p/views.py"]


def test_a_test_comes_after_what_it_tests() -> None:
    test = candidate("/p/tests/test_session.py", lexical=5.0, dense=0.6, role="test")
    code = candidate("/p/session.py", lexical=4.0, dense=0.5)

    assert paths("session handling", test, code) == ["/p/session.py", "/p/tests/test_session.py"]
    assert paths("test of session handling", test, code)[0] == "/p/tests/test_session.py"


def test_other_files_come_before_a_second_chunk_of_the_same() -> None:
    first = candidate("/p/a.py", lexical=5.0, dense=0.6, line=1)
    second = candidate("/p/a.py", lexical=4.9, dense=0.6, line=20)
    other = candidate("/p/b.py", lexical=3.0, dense=0.4)

    assert paths("parse", second, first, other) == ["/p/a.py", "/p/b.py", "/p/a.py"]


def test_what_is_misspelt_is_ranked_as_what_it_stands_for() -> None:
    hit = candidate("/p/query.py", lexical=2.0, symbol="search_hybrid")
    other = candidate("/p/other.py", lexical=2.1, symbol="show")
    widened = {"serchhybird": {"searchhybrid": 0.5}, "serch": {"search": 0.5}, "hybird": {"hybrid": 0.5}}

    ranked = rank("serch_hybird", [hit, other], 10, widened=widened)

    assert [each.candidate for each in ranked] == [hit, other]
    assert ranked[0].parts["definition"] > 0


def test_ties_go_to_the_lesser_path() -> None:
    assert paths("parse", candidate("/p/b.py"), candidate("/p/a.py")) == ["/p/a.py", "/p/b.py"]


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.sampled_from(["/p/a.py", "/p/v1/b.py", "/p/tests/c.py", "/p/index.js"]),
        lexical=st.none() | st.floats(0, 30),
        dense=st.none() | st.floats(-1, 1),
        defines=st.lists(st.text(max_size=12), max_size=3),
        symbol=st.none() | st.text(max_size=20),
        role=st.sampled_from(["implementation", "test", "documentation", "?"]),
        line=st.integers(1, 1000),
    ),
    max_size=12,
)


@given(st.text(max_size=40), CANDIDATES, st.integers(1, 12))
def test_scores_descend_and_are_the_sum_of_their_parts(query: str, candidates: list[Candidate], limit: int) -> None:
    ranked = rank(query, candidates, limit)

    assert len(ranked) == min(limit, len(candidates))
    assert len({each.candidate.id for each in ranked}) == len(ranked)
    assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)
    for each in ranked:
        assert each.score == pytest.approx(sum(each.parts.values()))
