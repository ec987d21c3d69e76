"""A student that follows a teacher comes to find alike what the teacher does; what is excluded plays no part."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from models.static_encoder import StaticEncoder, load_static_encoder
from tests.stubs import StubEncoder
from training.arrays import KINDS, Part, Texts, read_again
from training.dataset import bags_of
from training.distilling import (
    MOST_CHARACTERS,
    TeacherRows,
    divergence,
    follow,
    read_teacher_rows,
    sample_of,
    teacher_rows,
    teacher_scorer,
)
from training.exporting import export_model, learned_model, static_model
from training.initial import random_vectors
from training.learning import LearnedModel
from training.quality import by_kind
from training.sampling import PairTable, batch_of
from training.teaching import Recipe, model_scorer, teach_on
from training.vocabulary import build_tokenizer

NONE = torch.zeros((3, 3), dtype=torch.bool)
WORDS = [f"{first}{second}{third}" for first in "bdfgk" for second in "aeiou" for third in "lmnrst"]


def test_a_student_like_its_teacher_is_no_distance_from_it() -> None:
    taught = torch.tensor([[20.0, 2.0, 1.0], [3.0, 18.0, 0.0], [1.0, 5.0, 19.0]])

    assert float(divergence(taught, taught, NONE)) == pytest.approx(0.0, abs=1e-6)
    assert float(divergence(taught.flip(0), taught, NONE)) > 1.0


def test_what_is_excluded_plays_no_part() -> None:
    taught = torch.tensor([[20.0, 2.0, 1.0], [3.0, 18.0, 0.0], [1.0, 5.0, 19.0]])
    scores = taught.clone().requires_grad_()
    other = taught.clone()
    other[0, 1] = 40.0
    excluded = NONE.clone()
    excluded[0, 1] = True

    distance = divergence(scores, other, excluded)
    distance.backward()  # type: ignore[no-untyped-call]  # torch's own stub lacks it

    assert float(distance.detach()) == pytest.approx(0.0, abs=1e-6)
    assert scores.grad is not None
    assert bool(torch.isfinite(scores.grad).all())


def test_the_teacher_reads_each_text_once_as_far_as_it_is_to() -> None:
    part, _ = _part(20)
    long = "far " * MOST_CHARACTERS
    texts = Texts(
        [*part.texts.queries[:-1], part.texts.queries[0]], [*part.texts.documents[:-1], long], part.texts.paths
    )
    teacher = StubEncoder()

    found = teacher_rows(Part(part.table, part.rows[1:], part.languages, texts), teacher, lambda words: None)

    assert teacher.documents_encoded == len(found.vectors) == len({*texts.queries, *texts.documents, "path"}) - 1
    assert found.queries[0] == found.documents[0] == -1
    expected = teacher.encode_documents([long[:MOST_CHARACTERS]])[0]
    assert found.vectors[found.documents[19]] == pytest.approx(expected, abs=1e-3)


def test_the_rows_of_a_teacher_are_kept_in_a_file(tmp_path: Path) -> None:
    part, _ = _part(20)
    rows = teacher_rows(part, StubEncoder(), lambda words: None)

    rows.save(tmp_path / "teacher.npz")
    again = read_teacher_rows(tmp_path / "teacher.npz")

    assert again.vectors.dtype == np.float16
    assert np.array_equal(teacher_scorer(again, paths=True)(part.rows), teacher_scorer(rows, paths=True)(part.rows))


def test_following_a_teacher_brings_a_student_nearer_to_it() -> None:
    part, tokenizer = _part(1_200)
    teacher = teacher_rows(part, StubEncoder(32), lambda words: None)
    tokens = tokenizer.get_vocab_size()
    recipe = Recipe(steps=40, dimensions=16, rate=0.02, dropout=0.0, widths=())

    alone, following = (
        teach_on(part, LearnedModel(random_vectors(tokens, 16), np.full(tokens, 1 / tokens)), recipe, _silent, term)
        for term in (None, follow(teacher, 3.0))
    )

    assert _distance(following, teacher, part) < 0.8 * _distance(alone, teacher, part)


def test_a_sample_has_whole_packages_until_there_are_enough() -> None:
    part, _ = _part(1_200)

    sample = sample_of(part, pairs=250)

    packages, numbers = np.unique(part.table.packages[sample.rows], return_counts=True)
    assert len(sample.rows) == 250
    assert len(packages) == 3
    assert sorted(numbers) == [50, 100, 100]


def test_a_written_model_is_learned_on_with_as_it_was(tmp_path: Path) -> None:
    part, tokenizer = _part(400)
    tokens = tokenizer.get_vocab_size()
    model = LearnedModel(random_vectors(tokens, 16), np.full(tokens, 1 / tokens))
    export_model(model, tokenizer, tmp_path)
    encoder = load_static_encoder("written", tmp_path)
    read = read_again(part, tokenizer)

    again = learned_model(static_model(model, tokenizer))

    scores = model_scorer(again, read, paths=False)(read.rows[:50])
    assert scores == pytest.approx(_scores(encoder, part.texts, 50), abs=1e-5)
    assert by_kind(read, model_scorer(again, read, paths=True)).keys() == {"doc"}


def _silent(step: int, loss: float) -> None:
    """Says nothing of how learning goes."""


def _scores(encoder: StaticEncoder, texts: Texts, number: int) -> object:
    return encoder.encode_queries(texts.queries[:number]) @ encoder.encode_documents(texts.documents[:number]).T


def _distance(model: LearnedModel, teacher: TeacherRows, part: Part) -> float:
    """How far apart the two find the first pairs, each by its own scale."""
    rows = part.rows[:200]
    scores = (model_scorer(model, part, paths=True)(rows), teacher_scorer(teacher, paths=True)(rows))
    ours, theirs = (torch.from_numpy(found).float() * 20 for found in scores)
    return float(divergence(ours, theirs, torch.from_numpy(batch_of(part.table, rows).excluded)))


def _part(number: int) -> tuple[Part, Tokenizer]:
    """Pairs that share a word of three, a hundred a package, in one language and with one path."""
    chance = np.random.default_rng(1)
    picked = [chance.choice(WORDS, 5, replace=False) for _ in range(number)]
    texts = Texts([_text(words[:3]) for words in picked], [_text(words[2:]) for words in picked], ["path"] * number)
    tokenizer = build_tokenizer([*texts.queries, *texts.documents, *texts.paths], 400)
    zeros = np.zeros(number, np.int64)
    table = PairTable(
        bags_of(tokenizer, texts.queries), bags_of(tokenizer, texts.documents), bags_of(tokenizer, texts.paths),
        np.full(number, KINDS.index("doc"), np.int16), (np.arange(number) // 100).astype(np.int32),
        zeros.astype(np.int16), np.arange(number), np.arange(number), zeros.astype(bool), np.arange(number),
    )  # fmt: skip
    return Part(table, np.arange(number), ("none",), texts), tokenizer


def _text(words: Iterable[str]) -> str:
    return " ".join(words)
