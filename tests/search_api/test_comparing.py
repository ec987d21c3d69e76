"""One order over kinds: the kind whose results hold the query's words comes first, inside of it its own ranking."""

from __future__ import annotations

from search_api.comparing import Ranked, merge

TERMS = {"price": 1.0, "round": 1.0}


def merged(*results: Ranked[str], priors: dict[str, float] | None = None) -> list[str]:
    return [each.item for _, each in merge(TERMS, results, priors or {})]


def test_what_holds_the_words_comes_first_whatever_its_kind_scores() -> None:
    assert merged(Ranked("code", "a", "unrelated", 900.0), Ranked("chat", "b", "round the price", 0.1)) == ["b", "a"]


def test_what_fits_equally_well_keeps_the_order_of_its_kind() -> None:
    assert merged(
        Ranked("code", "first", "round price", 3.0), Ranked("code", "second", "round price", 2.0),
        Ranked("code", "third", "round price", 1.0),
    ) == ["first", "second", "third"]  # fmt: skip


def test_a_word_that_all_results_hold_tells_nothing() -> None:
    found = merge(
        TERMS,
        [
            Ranked("a", "common", "price", 1.0),
            Ranked("b", "both", "price round", 1.0),
            Ranked("c", "other", "price", 1.0),
        ],
        {},
    )
    assert found[0][1].item == "both"
    assert found[0][0] > 2 * found[1][0]


def test_a_prior_decides_between_equals() -> None:
    pair = (Ranked("task", "t", "price", 1.0), Ranked("code", "c", "price", 1.0))
    assert merged(*pair, priors={"task": 0.9}) == ["c", "t"]


def test_scores_are_between_0_and_1_where_nothing_fits_and_where_nothing_is_asked() -> None:
    results = [Ranked("code", "x", "nothing", 0.0), Ranked("chat", "y", "price round", 2.0)]
    for terms in (TERMS, {}):
        assert all(0 <= score <= 1 for score, _ in merge(terms, results, {}))
