"""One order over kinds: the kind whose results fit the query comes first, inside of it its own ranking."""

from __future__ import annotations

import pytest

from search_api.comparing import Merging, Ranked, merge

TERMS = {"price": 1.0, "round": 1.0}
EVEN = Merging(sharpness=5.0, leanings={})


def merged(*results: Ranked[str], merging: Merging = EVEN) -> list[str]:
    return [each.item for _, each in merge(TERMS, results, merging)]


def test_what_holds_the_words_comes_first_whatever_its_kind_scores() -> None:
    assert merged(Ranked("code", "a", "unrelated", 900.0), Ranked("chat", "b", "round the price", 0.1)) == ["b", "a"]


def test_what_is_nearer_in_meaning_comes_first_where_no_words_are_shared() -> None:
    near, far = Ranked("task", "near", "other words", 0.1, 0.6), Ranked("code", "far", "yet others", 9.0, 0.3)
    assert merged(far, near) == ["near", "far"]


def test_meaning_does_not_count_where_a_kind_has_none() -> None:
    unknown = Ranked("task", "unknown", "round the price", 1.0)
    near = Ranked("code", "near", "something of prices", 1.0, 0.9)
    assert merged(near, unknown) == ["unknown", "near"]
    # Beside a cosine of its own it counts again.
    assert merged(near, Ranked("task", "far", "round the price", 1.0, 0.0)) == ["near", "far"]


def test_the_best_result_speaks_for_its_kind_wherever_it_stands() -> None:
    chats = [Ranked("chat", str(place), "talk", 3.0 - place, 0.1) for place in range(2)]
    chats.append(Ranked("chat", "last", "round price", 1.0, 0.7))
    assert merged(Ranked("code", "code", "code", 1.0, 0.3), *chats)[-1] == "code"


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
        EVEN,
    )
    assert found[0][1].item == "both"
    assert found[0][0] > 2 * found[1][0]


def test_a_word_that_nothing_holds_counts_where_one_is_spelt_like_it() -> None:
    found = merge(
        {"conection": 1.0},
        [Ranked("code", "code", "contents of a file", 5.0), Ranked("chat", "chat", "a connection is lost", 1.0)],
        EVEN,
    )
    assert [each.item for _, each in found] == ["chat", "code"]


def test_a_word_is_not_taken_for_another_where_something_holds_it() -> None:
    found = merge(
        {"conection": 1.0},
        [Ranked("code", "typed", "def conection", 1.0), Ranked("chat", "alike", "a connection is lost", 1.0)],
        EVEN,
    )
    assert found[0][1].item == "typed"
    assert found[0][0] > 2 * found[1][0]


def test_a_leaning_decides_between_equals() -> None:
    pair = (Ranked("task", "t", "price", 1.0), Ranked("code", "c", "price", 1.0))
    assert merged(*pair, merging=Merging(5.0, {"task": -0.1})) == ["c", "t"]
    assert merged(*pair, merging=Merging(5.0, {"task": 0.1})) == ["t", "c"]


@pytest.mark.parametrize(
    ("defines", "order"), [(True, ["definition", "says", "use"]), (False, ["says", "definition", "use"])]
)
def test_the_definition_that_was_asked_for_is_before_what_names_it(defines: bool, order: list[str]) -> None:
    says = Ranked("chat", "says", "round price", 1.0, 0.9)
    definition = Ranked("code", "definition", "def round price", 3.0, 0.5, defines=defines)
    use = Ranked("code", "use", "round price", 1.0, 0.5)
    found = merge(TERMS, [definition, use, says], Merging(5.7, {"code": -0.9}))

    assert [each.item for _, each in found] == order
    assert (found[0][0] == 1.0) is defines


@pytest.mark.parametrize("terms", [TERMS, {}])
def test_scores_are_between_0_and_1_where_nothing_fits_and_where_nothing_is_asked(terms: dict[str, float]) -> None:
    results = [
        Ranked("code", "x", "nothing", 0.0),
        Ranked("chat", "y", "price round", 2.0, -0.2),
        Ranked("task", "z", "price", -1.0, 1.0),
    ]
    found = merge(terms, results, Merging(sharpness=5.7, leanings={"code": -0.9}))
    assert len(found) == len(results)
    assert all(0 <= score <= 1 for score, _ in found)


def test_nothing_found_is_nothing_merged() -> None:
    assert merge(TERMS, [], EVEN) == []
