"""Learning from a larger model too: what it finds alike within a batch is to be alike for the student."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.encoder import Encoder
from training.arrays import Part
from training.learning import Batch, Term, with_path
from training.quality import Scorer
from training.sampling import MOST_OF_PACKAGE

# Some 128 tokens of code.
MOST_CHARACTERS = 480
# Pairs that the teacher reads: the 102,824 texts of 62,059 pairs took some ten minutes of a core.
PAIRS = 80_000
# How sharply a teacher tells texts apart that was taught with cosines times 20.
SHARPNESS = 20.0
# What scores as wrong by so much has no share, and is no infinity to subtract from another.
NO_SCORE = -1e4
# Texts between two reports.
WINDOW = 2_000
SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class TeacherRows:
    """The teacher's rows of distinct texts, float16, and for each pair which are its own; -1 where it has none."""

    vectors: NDArray[np.float16]
    queries: NDArray[np.int64]
    documents: NDArray[np.int64]
    paths: NDArray[np.int64]

    def pairs(self, rows: NDArray[np.int64], *, paths: bool) -> tuple[Tensor, Tensor]:
        """Queries and documents of unit norm; with paths as the index has documents."""
        queries, texts, of_paths = (
            torch.from_numpy(self.vectors[places[rows]].astype(np.float32))
            for places in (self.queries, self.documents, self.paths)
        )
        return queries, functional.normalize(with_path(texts, of_paths) if paths else texts)

    def save(self, path: Path) -> None:
        partly = path.with_suffix(".part.npz")
        np.savez(partly, vectors=self.vectors, queries=self.queries, documents=self.documents, paths=self.paths)
        partly.rename(path)


def read_teacher_rows(path: Path) -> TeacherRows:
    with np.load(path) as found:
        return TeacherRows(found["vectors"], found["queries"], found["documents"], found["paths"])


def sample_of(part: Part, pairs: int = PAIRS) -> Part:
    """Whole packages by chance, of each as many pairs as an epoch has, until there are so many."""
    chance = np.random.default_rng(SEED)
    rows = part.rows[chance.permutation(len(part.rows))]
    packages = part.table.packages[rows]
    picked: list[NDArray[np.int64]] = []
    for package in chance.permutation(np.unique(packages)):
        picked.append(rows[packages == package][:MOST_OF_PACKAGE])
        if sum(map(len, picked)) >= pairs:
            break
    return Part(part.table, np.sort(np.concatenate(picked))[:pairs], part.languages, part.texts)


def teacher_rows(part: Part, teacher: Encoder, say: Callable[[str], None]) -> TeacherRows:
    """What the teacher makes of the texts of the part's rows, each read once."""
    columns = (part.texts.queries, part.texts.documents, part.texts.paths)
    texts = sorted({text[row][:MOST_CHARACTERS] for text in columns for row in part.rows}, key=len)
    vectors = np.empty((len(texts), teacher.identity.dimensions), np.float16)
    for start in range(0, len(texts), WINDOW):
        # Neither has a prompt before queries or documents of its own.
        vectors[start : start + WINDOW] = teacher.encode_documents(texts[start : start + WINDOW])
        say(f"the teacher read {min(start + WINDOW, len(texts))} of {len(texts)} texts")
    places = {text: place for place, text in enumerate(texts)}
    return TeacherRows(vectors, *(_places(places, column, part.rows) for column in columns))


def _places(places: dict[str, int], texts: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.full(len(texts), -1, np.int64)
    found[rows] = [places[texts[row][:MOST_CHARACTERS]] for row in rows]
    return found


def follow(teacher: TeacherRows, weight: float) -> Term:
    """What learning adds to its loss: so many times how far the student's shares of a batch are from the teacher's."""

    def term(queries: Tensor, documents: Tensor, sharpness: Tensor, batch: Batch) -> Tensor:
        taught_queries, taught_documents = teacher.pairs(batch.rows, paths=True)
        excluded = torch.from_numpy(batch.excluded)
        scores = functional.normalize(queries) @ functional.normalize(documents).T * sharpness
        taught = taught_queries @ taught_documents.T * SHARPNESS
        return weight * divergence(scores, taught, excluded)

    return term


def divergence(scores: Tensor, taught: Tensor, excluded: Tensor) -> Tensor:
    """The Kullback-Leibler divergence from the teacher's shares, of documents for a query and the other way round."""
    scores, taught = (each.masked_fill(excluded, NO_SCORE) for each in (scores, taught))
    ways = [
        functional.kl_div(
            functional.log_softmax(scores, way),
            functional.log_softmax(taught, way),
            reduction="sum",
            log_target=True,
        )
        for way in (0, 1)
    ]
    return torch.stack(ways).mean() / len(scores)


def teacher_scorer(teacher: TeacherRows, *, paths: bool) -> Scorer:
    """The teacher by itself, of texts as far as it read them."""

    def score(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        queries, documents = teacher.pairs(rows, paths=paths)
        return np.asarray((queries @ documents.T).numpy())

    return score
