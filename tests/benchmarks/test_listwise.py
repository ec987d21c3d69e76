"""Weights are learned from lists, and only those that may change."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.listwise import RankedList, fit_weights


def lists_by(rule: int, groups: int = 4, items: int = 6) -> list[RankedList]:
    """Lists in which what was to be found is where one sign is highest; the other sign is noise."""
    random = np.random.default_rng(7)
    made = []
    for number in range(40):
        signs = random.random((items, 2))
        found = np.zeros(items, dtype=bool)
        found[np.argmax(signs[:, rule])] = True
        made.append(RankedList(f"group {number % groups}", signs, found))
    return made


@pytest.mark.parametrize("rule", [0, 1])
def test_the_sign_that_tells_weighs_most(rule: int) -> None:
    weights = fit_weights(lists_by(rule), np.zeros(2))

    assert weights[rule] > 5 * abs(weights[1 - rule])


def test_the_fit_is_where_no_step_gains() -> None:
    lists, prior = lists_by(0), np.zeros(2)
    fitted = fit_weights(lists, prior)

    for step in ([0.05, 0.0], [-0.05, 0.0], [0.0, 0.05], [0.0, -0.05]):
        assert _loss(lists, fitted) < _loss(lists, fitted + np.array(step))


def test_a_weight_that_is_not_free_stays_at_its_prior() -> None:
    weights = fit_weights(lists_by(0), np.array([0.0, -1.5]), free=np.array([True, False]))

    assert weights[1] == -1.5
    assert weights[0] > 1.0


def test_stronger_regularisation_stays_nearer_to_the_prior() -> None:
    loose, tight = (fit_weights(lists_by(0), np.zeros(2), regularisation=each) for each in (0.001, 1.0))

    assert np.linalg.norm(tight) < np.linalg.norm(loose)


def test_a_group_weighs_the_same_however_many_lists_it_has() -> None:
    few = [RankedList("few", each.signs, each.found) for each in lists_by(0)[:10]]
    many = [RankedList("many", each.signs, each.found) for each in lists_by(1)]

    once = fit_weights([*few, *many], np.zeros(2))
    thrice = fit_weights([*few, *many, *many, *many], np.zeros(2))

    assert once == pytest.approx(thrice, rel=1e-3)


def test_lists_that_tell_nothing_are_refused() -> None:
    nothing = RankedList("a", np.ones((3, 2)), np.zeros(3, dtype=bool))

    with pytest.raises(ValueError, match="something to find"):
        fit_weights([nothing], np.zeros(2))


def _loss(lists: list[RankedList], weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    loss = 0.001 * float(weights @ weights)
    for each in lists:
        scores = each.signs @ weights
        log_likely = scores - np.log(np.exp(scores).sum())
        loss -= float(log_likely[each.found].mean()) / len(lists)
    return loss
