"""What each choice is worth: short runs that differ from the recipe in one thing, measured on held-out packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.arrays import KINDS, Part
from training.distilling import TeacherRows, follow, teacher_scorer
from training.exporting import quantise
from training.initial import project, random_vectors
from training.learning import LearnedModel
from training.quality import Figures, by_kind, by_language, mean_mrr
from training.teaching import Recipe, model_scorer, teach_on

# Enough for differences to show: the rest of a long run lifts all of them alike.
STEPS = 250
# A short run has to go faster.
RATE = 5e-3
DOCUMENTED_ONLY = ("doc",)
TEACHER_WEIGHTS = (0.0, 0.3, 1.0, 3.0)
# A model that has learned is not to forget.
FURTHER_RATE = 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What the runs of one vocabulary learn from and are measured on."""

    train: Part
    validate: Part
    meanings: NDArray[np.float32]
    frequencies: NDArray[np.float64]
    tokenizer: Tokenizer
    # What a run may learn from besides, and go on from instead of starting anew.
    teacher: TeacherRows | None = None
    shipped: LearnedModel | None = None


@dataclass(frozen=True, slots=True)
class Ablation:
    """A run, and what is done to the model after it."""

    name: str
    recipe: Recipe = field(default_factory=lambda: Recipe(steps=STEPS, rate=RATE))
    random_start: bool = False
    width: int | None = None
    stored_as: str = "float32"
    keeps: float = 1.0
    # What following the teacher weighs in the loss.
    follows: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one run."""

    name: str
    by_kind: dict[str, Figures]
    by_language: dict[str, Figures]

    @property
    def cells(self) -> dict[str, float]:
        return {
            "all kinds": mean_mrr(self.by_kind),
            "doc, all languages": mean_mrr(self.by_language),
            **{name: one.mrr for name, one in self.by_kind.items()},
            **{f"doc, {name}": one.mrr for name, one in self.by_language.items()},
        }


def ablations() -> Iterator[Ablation]:
    """Runs over one vocabulary; those after training come with the run that they need."""
    base = Recipe(steps=STEPS, rate=RATE)
    yield Ablation("the recipe")
    yield Ablation("int8", stored_as="int8")
    yield Ablation("float16", stored_as="float16")
    yield Ablation("cut to 128 dimensions", width=128)
    yield Ablation("128 dimensions", replace(base, dimensions=128, widths=()))
    yield Ablation("384 dimensions", replace(base, dimensions=384))
    yield Ablation("512 dimensions", replace(base, dimensions=512))
    yield Ablation("not taught to be cut", replace(base, widths=()))
    yield Ablation("random vectors to start from", random_start=True)
    yield Ablation("one weighting", replace(base, tied=True))
    yield Ablation("early tokens count no more", replace(base, position_boost=False))
    yield Ablation("documentation alone", replace(base, kinds=DOCUMENTED_ONLY))
    yield Ablation("no token dropout", replace(base, dropout=0.0))
    yield Ablation("half of the pairs", keeps=0.5)
    yield Ablation("a quarter of the pairs", keeps=0.25)


def distillations(name: str, rate: float) -> Iterator[Ablation]:
    """Runs that follow the teacher more and more, the first not at all."""
    recipe = Recipe(steps=STEPS, rate=rate)
    for weight in TEACHER_WEIGHTS:
        yield Ablation(f"{name}, the teacher followed times {weight:g}", recipe, follows=weight)


def teacher_row(validate: Part, teacher: TeacherRows) -> Row:
    kinds = by_kind(validate, teacher_scorer(teacher, paths=True))
    return Row("the teacher alone", kinds, by_language(validate, teacher_scorer(teacher, paths=False)))


def run_ablation(material: Material, ablation: Ablation, done: dict[object, LearnedModel]) -> Row:
    """Train, unless a run of the same recipe is done already, and measure."""
    recipe = ablation.recipe
    key = (recipe, ablation.random_start, ablation.keeps, ablation.follows)
    if key not in done:
        term = follow(material.teacher, ablation.follows) if material.teacher and ablation.follows else None
        part = _part(material.train, ablation.keeps)
        done[key] = teach_on(part, _start(material, ablation), recipe, lambda step, loss: None, term)
    model = done[key]
    if ablation.stored_as != "float32":
        vectors = _stored(model.vectors.detach().numpy(), ablation.stored_as)
        model = _with_vectors(model, vectors, material.frequencies, tied=recipe.tied)
    return model_row(ablation.name, model, material.validate, ablation.width)


def model_row(name: str, model: LearnedModel, validate: Part, width: int | None = None) -> Row:
    score = model_scorer(model, validate, paths=True, width=width)
    alone = model_scorer(model, validate, paths=False, width=width)
    return Row(name, by_kind(validate, score), by_language(validate, alone))


def _start(material: Material, ablation: Ablation) -> LearnedModel:
    if material.shipped is not None:
        return deepcopy(material.shipped)
    tokens, dimensions = len(material.frequencies), ablation.recipe.dimensions
    vectors = (
        random_vectors(tokens, dimensions)
        if ablation.random_start
        else project(material.meanings, material.frequencies, dimensions)
    )
    return LearnedModel(vectors, material.frequencies, tied=ablation.recipe.tied)


def _part(part: Part, keeps: float) -> Part:
    """Whole packages, so that fewer pairs are also fewer packages."""
    packages = np.unique(part.table.packages)
    kept = np.random.default_rng(0).permutation(packages)[: round(len(packages) * keeps)]
    rows = part.rows[np.isin(part.table.packages[part.rows], kept)]
    return Part(part.table, rows, part.languages, part.texts)


def _stored(vectors: NDArray[np.float32], kind: str) -> NDArray[np.float32]:
    """The vectors as they are read again after they were stored so."""
    if kind == "float16":
        return vectors.astype(np.float16).astype(np.float32)
    whole, scale = quantise(vectors)
    return whole.astype(np.float32) * scale[:, None]


def _with_vectors(
    model: LearnedModel, vectors: NDArray[np.float32], frequencies: NDArray[np.float64], *, tied: bool
) -> LearnedModel:
    other = LearnedModel(vectors, frequencies, tied=tied)
    for name, parameter in model.named_parameters():
        if name != "vectors":
            other.get_parameter(name).data.copy_(parameter.data)
    return other


def write_rows(rows: list[Row], path: Path) -> None:
    """As JSON, and beside it as a table in Markdown."""
    path.write_text(json.dumps([{"run": row.name, **row.cells} for row in rows], indent=1) + "\n", "utf-8")
    names = ["all kinds", "doc, all languages", *(kind for kind in KINDS if kind in rows[0].by_kind)]
    names += [f"doc, {language}" for language in rows[0].by_language]
    lines = ["| run | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {row.name} | " + " | ".join(f"{row.cells[name]:.3f}" for name in names) + " |" for row in rows]
    path.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")
