"""Which pairs come together in a batch: blocks of one package, so that what is wrong is close to what is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import CodingitError
from training.dataset import Bags
from training.learning import Batch

BATCH = 1_024
BLOCK = 64
# So that a large package does not become the measure of all.
MOST_OF_PACKAGE = 2_500


class TooFewPairsError(CodingitError):
    """There are too few pairs to learn from."""

    code = "too_few_pairs"
    hint = "The step fetch says which packages are missing; run it again when their registries can be reached."


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Pairs as arrays, one row each."""

    queries: Bags
    documents: Bags
    paths: Bags
    kinds: NDArray[np.int16]
    packages: NDArray[np.int32]
    languages: NDArray[np.int16]
    groups: NDArray[np.int64]
    files: NDArray[np.int64]
    wide: NDArray[np.bool_]
    asked: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kinds)


def batches_of(table: PairTable, rows: NDArray[np.int64], steps: int, seed: int) -> Iterator[Batch]:
    """Batches without end, epoch after epoch, up to `steps`. Raises TooFewPairsError when the rows make no batch."""
    chance = np.random.default_rng(seed)
    done = 0
    while True:
        order = _blocks(table, rows, chance)
        if len(order) < BATCH:
            raise TooFewPairsError(f"{len(order)} pairs are too few for a batch of {BATCH}.")
        for start in range(0, len(order) - BATCH + 1, BATCH):
            if done == steps:
                return
            yield batch_of(table, order[start : start + BATCH])
            done += 1


def _blocks(table: PairTable, rows: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
    """An epoch's rows, blocks of one package in random order."""
    shuffled = rows[chance.permutation(len(rows))]
    shuffled = shuffled[np.argsort(table.packages[shuffled], kind="stable")]
    edges = np.flatnonzero(np.diff(table.packages[shuffled])) + 1
    blocks: list[NDArray[np.int64]] = []
    for part in np.split(shuffled, edges):
        kept = part[:MOST_OF_PACKAGE]
        blocks.extend(kept[start : start + BLOCK] for start in range(0, len(kept), BLOCK))
    return np.concatenate([blocks[number] for number in chance.permutation(len(blocks))])


def batch_of(table: PairTable, rows: NDArray[np.int64]) -> Batch:
    groups, files, wide, asked = (column[rows] for column in (table.groups, table.files, table.wide, table.asked))
    same_file = files[:, None] == files[None, :]
    excluded = (groups[:, None] == groups[None, :]) | (asked[:, None] == asked[None, :])
    excluded |= same_file & (wide[:, None] | wide[None, :])
    np.fill_diagonal(excluded, False)
    return Batch(rows, table.queries.take(rows), table.documents.take(rows), table.paths.take(rows), excluded)
