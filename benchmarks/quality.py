"""How good the results are: nDCG@10 and recall within token budgets, on labelled queries over real sources.

    python -m benchmarks.quality QUERIES.json SOURCES [--data FOLDER] [--mode hybrid] [--output RUN.json]
    python -m benchmarks.quality --compare BEFORE.json AFTER.json

QUERIES is a list of objects with repo, language, category, query, relevant and secondary (paths); SOURCES has one
folder a repository. A query's targets are relevant and secondary; a rank finds a target when the paths are equal or one
ends with "/" and the other; nDCG@10 = sum of 1/log2(rank + 1) over the ranks that found a target / the same over the
first min(10, targets) ranks. Further chunks of one file use up ranks. Overall is the mean over repositories.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any
from uuid import UUID

from benchmarks.reporting import compare_runs, print_table, save_run
from benchmarks.workspace import Workspace, workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import Encoder, load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.budget import count_tokens
from search_api.code_search import CodeHit, CodeQuery, Mode, search_code
from sql.database import Database

BUDGETS = (500, 1000, 2000, 4000)
# Deep enough that the largest budget is filled by the results and not by their end.
DEPTH = 40


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with what it scored."""

    repo: str
    language: str
    category: str
    query: str
    ndcg: float
    recall: dict[int, float]
    paths: tuple[str, ...]


def is_same(path: str, target: str) -> bool:
    return path == target or path.endswith("/" + target) or target.endswith("/" + path)


def ndcg_at_10(paths: Sequence[str], targets: Sequence[str]) -> float:
    found = {
        next((rank for rank, path in enumerate(paths[:10], 1) if is_same(path, target)), None) for target in targets
    }
    gain = sum(1 / math.log2(rank + 1) for rank in found if rank is not None)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(targets)) + 1))


def recall_within(hits: Sequence[CodeHit], targets: Sequence[str], budget: int) -> float:
    """The share of the targets among the results that fit into so many tokens, cut where the first does not fit."""
    spent, paths = 0, []
    for hit in hits:
        spent += count_tokens(hit.content)
        if spent > budget:
            break
        paths.append(hit.path)
    return fmean(float(any(is_same(path, target) for path in paths)) for target in targets)


def run(
    queries: Sequence[dict[str, Any]], sources: Path, data: Path | None, mode: Mode, encoder: Encoder
) -> list[Judged]:
    with workspace(data) as place:
        projects = _index(place, sources, sorted({query["repo"] for query in queries}), encoder)
        with Database(place.url) as database:
            active = ActiveEncoder(database, lambda _: encoder)
            return [_judge(database, active, place, projects[query["repo"]], query, mode) for query in queries]


def _index(place: Workspace, sources: Path, repos: Iterable[str], encoder: Encoder) -> dict[str, UUID]:
    projects = {repo: place.put_directory(sources / repo, repo) for repo in repos}
    with Database(place.url, vectors=True) as database:
        report = Worker(database, encoder).run_until_idle()
    print(f"indexed {report.files} files, {report.encoded} chunks encoded, {report.failed} failed", flush=True)
    return projects


def _judge(
    database: Database, active: ActiveEncoder, place: Workspace, project_id: UUID, query: dict[str, Any], mode: Mode
) -> Judged:
    asked = CodeQuery(query["query"], mode=mode, project_id=project_id, limit=DEPTH)
    hits = search_code(database, active, user(place.user_id), asked).results
    paths = tuple(hit.path for hit in hits)
    targets = [*query["relevant"], *query["secondary"]]
    recall = {budget: recall_within(hits, targets, budget) for budget in BUDGETS}
    score = ndcg_at_10(paths, targets)
    return Judged(query["repo"], query["language"], query["category"], query["query"], score, recall, paths[:10])


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """nDCG@10 overall (mean over repositories) and by repository, language and category; recall by budget."""
    groups: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in ("repo", "language", "category")}
    for one in judged:
        for name, group in groups.items():
            group[getattr(one, name)].append(one.ndcg)
    means = {name: {key: fmean(values) for key, values in sorted(group.items())} for name, group in groups.items()}
    return {
        "ndcg_at_10": fmean(means["repo"].values()),
        **{f"by_{name}": values for name, values in means.items()},
        "recall_within_tokens": {str(budget): fmean(one.recall[budget] for one in judged) for budget in BUDGETS},
        "queries": len(judged),
    }


def plot(figures: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    canvas, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    left.barh(list(figures["by_repo"]), list(figures["by_repo"].values()))
    left.set(xlabel="nDCG@10", title=f"overall {figures['ndcg_at_10']:.3f}", xlim=(0, 1))
    budgets = figures["recall_within_tokens"]
    right.plot([int(budget) for budget in budgets], list(budgets.values()), marker="o")
    right.set(xlabel="tokens", ylabel="recall of targets", title="recall within a token budget", ylim=(0, 1))
    canvas.tight_layout()
    canvas.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path, nargs="?")
    parser.add_argument("sources", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, help="keep the index here, and use what is there")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.HYBRID)
    parser.add_argument("--model", help="a sentence-transformers model by name or folder")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    if arguments.queries is None or arguments.sources is None:
        parser.error("QUERIES and SOURCES are needed, or --compare")
    queries = json.loads(arguments.queries.read_text())
    judged = run(queries, arguments.sources, arguments.data, arguments.mode, load_encoder(arguments.model))
    figures = figures_of(judged)
    for name in ("repo", "language", "category"):
        print_table(f"nDCG@10 by {name}", (name, "nDCG@10"), list(figures[f"by_{name}"].items()))
    budgets = figures["recall_within_tokens"]
    print_table("recall of the targets within a token budget", list(budgets), [list(budgets.values())])
    print(f"\noverall nDCG@10 {figures['ndcg_at_10']:.4f} over {len(judged)} queries")
    path = save_run("quality", {**figures, "per_query": [vars_of(one) for one in judged]}, arguments.output)
    plot(figures, path.with_suffix(".png"))


def vars_of(one: Judged) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Judged.__slots__}


if __name__ == "__main__":
    main()
