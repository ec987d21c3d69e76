"""The ranker's weights, fitted on labelled queries and judged on repositories that they were not fitted on.

    python -m benchmarks.fitting QUERIES SOURCES [--data FOLDER] [--output RUN.json]

Each repository is left out once: the weights are fitted on the others and its queries ranked with them, so that every
figure is of queries that the weights have not seen. The ablation fits anew without each sign. Nothing is written into
the ranker: what is to be used is put into `search_api/ranking.py` by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ablation import Call, recorded_calls
from benchmarks.bootstrap import paired_bootstrap
from benchmarks.judging import Judged, is_same, mean_by, ndcg_at_10, overall
from benchmarks.labels import Labelled, read_queries
from benchmarks.listwise import REGULARISATION, RankedList, fit_weights
from benchmarks.quality import Bench
from benchmarks.reporting import print_table, save_run
from benchmarks.workspace import workspace
from models.encoder import load_encoder
from models.errors import CodingitError
from search_api import code_search
from search_api.code_search import Mode
from search_api.evidence import Sign, weigh_files
from search_api.query_words import read_query
from search_api.ranking import WEIGHTS, Weights, rank

# Too few labelled files are of these kinds to learn from: they stay what the ranker says.
BY_HAND = frozenset(
    {Sign.EXAMPLE, Sign.GENERATED, Sign.VENDORED, Sign.FORMER}
    | {Sign.PATH, Sign.NAMED_EXACTLY, Sign.PHRASE, Sign.PATTERN}
)
LIMIT = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with what the ranker was given for it."""

    query: Labelled
    call: Call


@dataclass(frozen=True, slots=True)
class Folds:
    """Each query as it scored with weights of the other repositories, and those weights by the one left out."""

    judged: list[Judged]
    weights: Mapping[str, Weights]


def list_of(asked: Asked) -> RankedList:
    """The files of a query as signs, in the order of Sign."""
    query, candidates = asked.call.arguments[:2]
    files = weigh_files(read_query(query, asked.call.keywords.get("widened") or {}), candidates)
    signs = np.array([[file.signs.get(sign, 0.0) for sign in Sign] for file in files]).reshape(len(files), len(Sign))
    paths = [file.chunks[0].path for file in files]
    found = np.array([any(is_same(path, target) for target in asked.query.targets) for path in paths], dtype=bool)
    return RankedList(asked.query.repo, signs, found)


def cross_validate(
    asked: Sequence[Asked], lists: Sequence[RankedList], regularisation: float, without: Sign | None = None
) -> Folds:
    """Fit on all repositories but one, rank that one's queries; for each in turn."""
    repos = sorted({each.query.repo for each in asked})
    weights = {
        repo: fit([each for each in lists if each.group != repo], regularisation, without=without) for repo in repos
    }
    return Folds([_judge(each, weights[each.query.repo]) for each in asked], weights)


def fit(lists: Sequence[RankedList], regularisation: float, *, without: Sign | None = None) -> Weights:
    prior = np.array(
        [getattr(WEIGHTS, sign.value) if sign in BY_HAND and sign is not without else 0.0 for sign in Sign]
    )
    free: NDArray[np.bool_] = np.array([sign not in BY_HAND and sign is not without for sign in Sign])
    fitted = fit_weights(lists, prior, free=free, regularisation=regularisation)
    return replace(WEIGHTS, **{sign.value: float(weight) for sign, weight in zip(Sign, fitted, strict=True)})


def _judge(asked: Asked, weights: Weights) -> Judged:
    query, candidates = asked.call.arguments[:2]
    ranked = rank(query, candidates, LIMIT, **{**asked.call.keywords, "weights": weights})
    paths = tuple(each.candidate.path for each in ranked)
    labels = asked.query
    score = ndcg_at_10(paths, labels.targets)
    return Judged(labels.repo, labels.language, labels.category, labels.query, score, {}, paths[:10])


def figures_of(asked: Sequence[Asked], regularisation: float) -> dict[str, Any]:
    """Cross-validated nDCG@10 of the ranker and of it without each sign; all weights, and how the folds differ."""
    lists = [list_of(each) for each in asked]
    whole = cross_validate(asked, lists, regularisation)
    as_is = [_judge(each, WEIGHTS) for each in asked]
    fitted = fit(lists, regularisation)
    table = {"cross-validated": _row(whole.judged), "the ranker's own weights (seen)": _row(as_is)}
    for sign in Sign:
        if getattr(fitted, sign.value) == 0.0:
            continue
        other = cross_validate(asked, lists, regularisation, without=sign).judged
        gain = paired_bootstrap([one.ndcg for one in other], [one.ndcg for one in whole.judged])
        table[f"without {sign.value}"] = {
            **_row(other),
            "gain": gain.mean,
            "gain_low": gain.low,
            "gain_high": gain.high,
        }
    weights = {
        field.name: {
            "ranker": getattr(WEIGHTS, field.name),
            "fitted": getattr(fitted, field.name),
            "deviation": stdev(values) if len(values := _over_folds(whole, field.name)) > 1 else 0.0,
        }
        for field in fields(Weights)
    }
    return {
        "ndcg_at_10": overall(whole.judged),
        "by_repo": mean_by("repo", whole.judged),
        "by_language": mean_by("language", whole.judged),
        "by_category": mean_by("category", whole.judged),
        "table": table,
        "weights": weights,
        "queries": len(asked),
    }


def _over_folds(folds: Folds, name: str) -> list[float]:
    return [getattr(weights, name) for weights in folds.weights.values()]


def _row(judged: Sequence[Judged]) -> dict[str, float]:
    return {"ndcg_at_10": overall(judged), **mean_by("category", judged)}


def ask(queries: Sequence[Labelled], sources: Path, data: Path | None, model: str | None) -> list[Asked]:
    """Index the repositories and note what the ranker is given for each query."""
    with workspace(data) as place:
        bench = Bench(
            place, {repo: sources / repo for repo in sorted({query.repo for query in queries})}, load_encoder(model)
        )
        print(f"indexed {bench.index()}", flush=True)
        with recorded_calls(code_search) as calls:
            bench.judge(queries, Mode.HYBRID)
        return [Asked(query, call) for query, call in zip(queries, calls, strict=True)]


def print_figures(figures: Mapping[str, Any]) -> None:
    columns = list(dict.fromkeys(column for row in figures["table"].values() for column in row))
    print_table(
        "nDCG@10, each repository ranked with weights of the others; gain of the whole over each row (95 % interval)",
        ("variant", *columns),
        [(name, *[row.get(column, "") for column in columns]) for name, row in figures["table"].items()],
    )
    print_table("cross-validated, by repository", ("repo", "nDCG@10"), list(figures["by_repo"].items()))
    print_table(
        "weights",
        ("sign", "ranker", "fitted on all", "deviation over folds"),
        [(name, *values.values()) for name, values in figures["weights"].items()],
    )
    print(f"\ncross-validated nDCG@10 {figures['ndcg_at_10']:.4f} over {figures['queries']} queries")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--data", type=Path, help="keep the index here, and use what is there")
    parser.add_argument("--model", help="a model by name or folder; else the one that comes with the installation")
    parser.add_argument("--regularisation", type=float, default=REGULARISATION)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    try:
        asked = ask(read_queries(arguments.queries), arguments.sources, arguments.data, arguments.model)
    except CodingitError as error:
        parser.exit(1, f"{error.detail} {error.hint}\n")
    figures = figures_of(asked, arguments.regularisation)
    print_figures(figures)
    save_run("fitting", figures, arguments.output)


if __name__ == "__main__":
    main()
