"""The loss tells right from wrong, and on a small problem training finds what belongs together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from training.arrays import KINDS, Part, Texts
from training.dataset import Bags, bags_of
from training.initial import random_vectors
from training.learning import LearnedModel, Schedule, contrast
from training.quality import by_kind, figures_of
from training.sampling import PairTable, TooFewPairsError, batch_of, batches_of
from training.teaching import Recipe, model_scorer, teach
from training.vocabulary import build_tokenizer

NONE = torch.zeros((4, 4), dtype=torch.bool)


def test_the_loss_is_small_where_each_query_is_nearest_its_document() -> None:
    rows = torch.eye(4)
    sharp = torch.tensor(20.0)

    right = contrast(rows, rows, sharp, NONE)
    wrong = contrast(rows, rows.flip(0), sharp, NONE)

    assert float(right) < 1e-6
    assert float(wrong) == pytest.approx(20.0, abs=1e-3)


def test_an_excluded_document_is_not_held_against_a_query() -> None:
    queries = torch.eye(4)
    documents = torch.eye(4)
    documents[1] = documents[0]
    excluded = NONE.clone()
    excluded[0, 1] = excluded[1, 0] = True

    without = contrast(queries, documents, torch.tensor(20.0), NONE)
    with_it = contrast(queries, documents, torch.tensor(20.0), excluded)

    assert float(with_it) < float(without)


def test_the_rate_rises_then_falls() -> None:
    schedule = Schedule(steps=200, rate=1.0, warm_up=50)
    rates = [schedule.rate_at(step) for step in range(200)]

    assert max(rates) == rates[49] == 1.0
    assert all(before >= after for before, after in pairwise(rates[50:]))


def test_ranks_count_ties_against_the_right_one() -> None:
    scores = np.array([[1.0, 0.5], [0.7, 0.7]])
    none = np.zeros((2, 2), dtype=bool)

    assert figures_of(scores, none).mrr == pytest.approx((1 + 1 / 2) / 2)
    assert figures_of(scores, np.array([[False, False], [True, False]])).mrr == 1.0


def test_training_learns_which_words_mean_the_same() -> None:
    part = _translations()
    tokens = int(part.table.paths.tokens.max()) + 1
    frequencies = np.full(tokens, 1 / tokens)
    recipe = Recipe(steps=60, dimensions=16, rate=0.05, dropout=0.0, widths=(), threads=1)
    vectors = random_vectors(tokens, 16)
    before = by_kind(part, model_scorer(LearnedModel(vectors, frequencies), part, paths=False))["doc"].mrr

    model = teach(part, vectors, frequencies, recipe, lambda step, loss: None)

    after = by_kind(part, model_scorer(model, part, paths=False))["doc"].mrr
    assert before < 0.1
    assert after > 0.9


def test_one_definition_is_no_negative_of_itself_nor_a_file_of_its_parts() -> None:
    table = _translations().table
    groups, files, wide = table.groups.copy(), table.files.copy(), table.wide.copy()
    groups[1] = groups[0]
    files[3] = files[2]
    wide[3] = True

    changed = PairTable(
        table.queries, table.documents, table.paths, table.kinds, table.packages, table.languages,
        groups, files, wide, table.asked,
    )  # fmt: skip
    excluded = batch_of(changed, np.arange(5)).excluded

    assert {(int(row), int(column)) for row, column in np.argwhere(excluded)} == {(0, 1), (1, 0), (2, 3), (3, 2)}


def test_batches_are_made_of_blocks_of_one_package() -> None:
    part = _translations(4_096)

    batch = next(iter(batches_of(part.table, part.rows, 1, 0)))
    again = next(iter(batches_of(part.table, part.rows, 1, 0)))

    assert len(batch.queries) == 1_024
    assert np.array_equal(batch.queries.tokens, again.queries.tokens)


def test_too_few_pairs_for_a_batch_are_an_error_and_no_endless_wait() -> None:
    part = _translations(1_000)

    with pytest.raises(TooFewPairsError, match="1000 pairs"):
        next(batches_of(part.table, part.rows, 1, 0))


def test_texts_are_bags_of_their_first_tokens() -> None:
    tokenizer = build_tokenizer(["load session store"] * 5, 200)
    words = {word: tokenizer.token_to_id(word) for word in ("load", "session", "store")}

    bags = bags_of(tokenizer, ["loadSession(store, store)", "", "é", "session"], max_tokens=3)

    assert len(bags) == 4
    assert _text(bags, 0) == {words["load"]: (1.0, 0), words["session"]: (1.0, 1), words["store"]: (1.0, 2)}
    assert [int(size) for size in np.diff(bags.starts)] == [3, 0, 0, 1]
    longer = bags_of(tokenizer, ["store load store store"])
    assert dict(zip(longer.tokens.tolist(), longer.counts.tolist(), strict=True)) == pytest.approx(
        {words["store"]: 1 + np.log(3), words["load"]: 1.0}
    )
    assert bags.take(np.array([3, 0])).tokens.tolist()[0] == words["session"]


def _text(bags: Bags, row: int) -> dict[int, tuple[float, int]]:
    at = slice(bags.starts[row], bags.starts[row + 1])
    places = zip(bags.counts[at].tolist(), bags.positions[at].tolist(), strict=True)
    return dict(zip(bags.tokens[at].tolist(), places, strict=True))


def _translations(number: int = 1_200) -> Part:
    """Pairs that share no word: asked in one language, written in another, word for word."""
    chance = np.random.default_rng(1)
    words = 40
    picked = np.array([chance.choice(words, 3, replace=False) for _ in range(number)])
    queries = _bags(picked)
    documents = _bags(picked + words)
    zeros = np.zeros(number, dtype=np.int64)
    table = PairTable(
        queries, documents, _bags(np.full((number, 1), 2 * words)), np.full(number, KINDS.index("doc"), np.int16),
        (np.arange(number) // 100).astype(np.int32), zeros.astype(np.int16), np.arange(number), np.arange(number),
        zeros.astype(bool), np.arange(number),
    )  # fmt: skip
    return Part(table, np.arange(number), ("none",), Texts([], [], []))


def _bags(rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Bags:
    flat = np.sort(rows, axis=1).ravel().astype(np.int32)
    places = np.tile(np.arange(rows.shape[1], dtype=np.int32), len(rows))
    return Bags(flat, np.ones(len(flat), np.float32), places, np.arange(len(rows) + 1) * rows.shape[1])
