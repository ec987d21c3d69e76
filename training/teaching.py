"""One run of training: from pairs and initial vectors to a learned model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.arrays import KINDS, Part
from training.learning import Batch, LearnedModel, Schedule, Term, loss_of, with_path
from training.quality import Scorer
from training.sampling import batch_of, batches_of

SEED = 0
REPORT_STEPS = 250
# Weights and the boost are few, and have further to go than the vectors.
WEIGHT_RATE = 2.0
Report = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of; the defaults are what the shipped model is made with."""

    # Less than once over all pairs: a second time gains nothing on held-out packages, and loses on real queries.
    steps: int = 1_200
    dimensions: int = 256
    rate: float = 2e-3
    dropout: float = 0.15
    # Shorter rows that are taught to be usable too.
    widths: tuple[int, ...] = (128,)
    kinds: tuple[str, ...] = KINDS
    tied: bool = False
    position_boost: bool = True
    # Two threads wait for each other longer than they compute, on a machine that does anything else.
    threads: int = 1


def teach(
    part: Part, vectors: NDArray[np.float32], frequencies: NDArray[np.float64], recipe: Recipe, report: Report
) -> LearnedModel:
    """Learn from the pairs of some kinds. The same arguments give a model of the same figures."""
    model = LearnedModel(vectors, frequencies, tied=recipe.tied)
    return teach_on(part, model, recipe, report)


def teach_on(part: Part, model: LearnedModel, recipe: Recipe, report: Report, term: Term | None = None) -> LearnedModel:
    """Learn more with a model, which changes, also by another term of the loss."""
    torch.manual_seed(SEED)
    torch.set_num_threads(recipe.threads)
    if not recipe.position_boost:
        model.position_boost.data.zero_()
        model.position_boost.requires_grad_(False)
    others = [parameter for name, parameter in model.named_parameters() if name != "vectors"]
    optimiser = torch.optim.Adam(
        [{"params": [model.vectors], "factor": 1.0}, {"params": others, "factor": WEIGHT_RATE}],
        lr=recipe.rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    schedule = Schedule(recipe.steps, recipe.rate)
    taught = [KINDS.index(kind) for kind in recipe.kinds]
    rows = part.rows[np.isin(part.table.kinds[part.rows], taught)]
    widths = (*recipe.widths, recipe.dimensions)
    losses = []
    for step, batch in enumerate(batches_of(part.table, rows, recipe.steps, SEED)):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate_at(step) * group["factor"]
        loss = loss_of(model, batch, recipe.dropout, widths, term)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own stub lacks it
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % REPORT_STEPS == 0 or step + 1 == recipe.steps:
            report(step + 1, float(np.mean(losses)))
            losses = []
    return model


def model_scorer(model: LearnedModel, part: Part, *, paths: bool, width: int | None = None) -> Scorer:
    """Scores as the index has them, of rows cut to a width; without paths it reads what any other encoder reads."""

    def score(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        batch: Batch = batch_of(part.table, rows)
        with torch.no_grad():
            queries = model.queries(batch.queries)
            documents = model.documents(batch.documents)
            if paths:
                documents = with_path(documents, model.documents(batch.paths))
            rows_of = functional.normalize(queries[:, :width]) @ functional.normalize(documents[:, :width]).T
        return np.asarray(rows_of.numpy())

    return score
