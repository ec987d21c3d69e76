"""How good the results are: nDCG@10 and recall within token budgets, on labelled queries over real sources.

    python -m benchmarks.quality QUERIES SOURCES [--data FOLDER] [--mode hybrid] [--output RUN.json]
    python -m benchmarks.quality QUERIES SOURCES --ablate        # what each part of the ranker is worth
    python -m benchmarks.quality QUERIES SOURCES --docstrings    # the encoder alone, from doc comment to code
    python -m benchmarks.quality QUERIES SOURCES --reranker NAME # with a cross-encoder for the last step
    python -m benchmarks.quality --compare BEFORE.json AFTER.json

QUERIES is a file of labelled queries (benchmarks/labels.py) or a folder of them; SOURCES has one folder a repository.
benchmarks/judging.py has the rules.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks.ablation import judge_variant, parts_of, recorded_calls
from benchmarks.bootstrap import compare_queries, paired_bootstrap
from benchmarks.docstrings import measure_docstrings
from benchmarks.judging import BUDGETS, GROUPS, Judged, figures_of, mean_by, ndcg_at_10, overall, recall_within
from benchmarks.labels import Labelled, read_queries
from benchmarks.reporting import compare_runs, load_run, print_table, save_run
from benchmarks.workspace import Workspace, workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import Encoder, load_encoder
from models.errors import CodingitError
from models.reranker import Reranker, load_reranker
from search_api import code_search
from search_api.active_encoder import ActiveEncoder
from search_api.budget import count_tokens
from search_api.code_search import CodeQuery, Mode
from search_api.ranking import rank
from sql.database import Database
from sql.upkeep import refresh_statistics

# Deep enough that the largest budget is filled by the results and not by their end.
DEPTH = 40


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found: its figures, and the queries with what they scored."""

    figures: dict[str, Any]
    judged: list[Judged]


class Bench:
    """An index over repositories, and the search as its one user asks it."""

    def __init__(
        self, place: Workspace, folders: Mapping[str, Path], encoder: Encoder, reranker: Reranker | None = None
    ) -> None:
        self._place = place
        self._encoder = encoder
        self._reranker = reranker
        self.projects: dict[str, UUID] = {repo: place.put_directory(path, repo) for repo, path in folders.items()}

    def index(self) -> dict[str, Any]:
        with Database(self._place.url, vectors=True) as database:
            report = Worker(database, self._encoder).run_until_idle()
        # As the service does when a workspace was indexed.
        refresh_statistics(self._place.url, max(1, report.chunks))
        return {"files": report.files, "chunks_encoded": report.encoded, "failed": report.failed}

    def judge(self, queries: Sequence[Labelled], mode: Mode) -> tuple[list[Judged], list[float]]:
        """Each query with what it scored, and the milliseconds that each took in process."""
        with Database(self._place.url) as database:
            active = ActiveEncoder(database, lambda _: self._encoder)
            judged, times = [], []
            for query in queries:
                asked = CodeQuery(query.query, mode=mode, project_id=self.projects[query.repo], limit=DEPTH)
                caller = user(self._place.user_id)
                reply = code_search.search_code(database, active, caller, asked, reranker=self._reranker)
                judged.append(judge(query, [(hit.path, count_tokens(hit.content)) for hit in reply.results]))
                times.append(reply.took_ms)
        return judged, times


def judge(query: Labelled, results: Sequence[tuple[str, int]]) -> Judged:
    """A query with what its results (path, tokens) are worth."""
    paths = tuple(path for path, _ in results)
    recall = {budget: recall_within(results, query.targets, budget) for budget in BUDGETS}
    score = ndcg_at_10(paths, query.targets)
    return Judged(query.repo, query.language, query.category, query.query, score, recall, paths[:10])


def run(
    queries: Sequence[Labelled],
    sources: Path,
    encoder: Encoder,
    *,
    data: Path | None = None,
    mode: Mode = Mode.HYBRID,
    ablate: bool = False,
    reranker: Reranker | None = None,
) -> Run:
    """Index the repositories that are asked about, ask, and judge. Raises CodingitError."""
    with workspace(data) as place:
        folders = {repo: sources / repo for repo in sorted({query.repo for query in queries})}
        bench = Bench(place, folders, encoder, reranker)
        indexed = bench.index()
        print(f"indexed {indexed}", flush=True)
        with recorded_calls(code_search) as calls:
            judged, times = bench.judge(queries, mode)
        figures = {
            **figures_of(judged),
            "indexed": indexed,
            "query_ms_p50": median(times),
            "encoder": encoder.identity.name,
            "mode": mode.value,
        }
        if ablate:
            targets = [(one, query.targets) for one, query in zip(judged, queries, strict=True)]
            variants = {f"mode {other.value}": bench.judge(queries, other)[0] for other in Mode if other is not mode}
            parts = parts_of(rank)
            if parts is None:
                print("The ranker shows no weights: only the modes are compared.")
            else:
                for variant in parts.variants:
                    variants[variant.name] = judge_variant(rank, parts, variant, calls, targets)
                figures["not_switched_off"] = parts.fixed
            figures["ablation"] = ablation_table(judged, variants)
    return Run(figures, judged)


def ablation_table(judged: Sequence[Judged], variants: dict[str, list[Judged]]) -> dict[str, dict[str, float]]:
    """For each variant its nDCG@10, and what the whole gains over it, with the interval over queries."""
    whole = [one.ndcg for one in judged]
    table = {"all": {"ndcg_at_10": overall(judged), **mean_by("category", judged)}}
    for name, other in variants.items():
        gain = paired_bootstrap([one.ndcg for one in other], whole)
        table[name] = {
            "ndcg_at_10": overall(other),
            **mean_by("category", other),
            "gain": gain.mean,
            "gain_low": gain.low,
            "gain_high": gain.high,
        }
    return table


def compare(before: Path, after: Path) -> None:
    """Print the figures of both runs, and which differences are more than the luck of the queries."""
    compare_runs(before, after)
    differences = compare_queries(load_run(before)["figures"], load_run(after)["figures"])
    print_table(
        "nDCG@10 per query, after - before, with the 95 % interval over queries",
        ("queries", "number", "difference", "from", "to", ""),
        [
            (name, each.queries, f"{each.mean:+.4f}", f"{each.low:+.4f}", f"{each.high:+.4f}", _verdict(each.is_clear))
            for name, each in differences.items()
        ],
    )


def print_figures(figures: dict[str, Any]) -> None:
    for name in GROUPS:
        print_table(f"nDCG@10 by {name}", (name, "nDCG@10"), list(figures[f"by_{name}"].items()))
    recall = {"all": figures["recall_within_tokens"], **figures["recall_within_tokens_by_category"]}
    budgets = list(recall["all"])
    print_table(
        "recall of the targets within a token budget",
        ("category", *budgets),
        [(name, *[values[budget] for budget in budgets]) for name, values in recall.items()],
    )
    if "docstrings" in figures:
        print_docstrings(figures["docstrings"])
    if "ablation" in figures:
        columns = list(dict.fromkeys(column for row in figures["ablation"].values() for column in row))
        print_table(
            "ablation: nDCG@10, and what the whole gains over each row (95 % interval over queries)",
            ("variant", *columns),
            [(name, *[row.get(column, "") for column in columns]) for name, row in figures["ablation"].items()],
        )
    print(f"\noverall nDCG@10 {figures['ndcg_at_10']:.4f} over {figures['queries']} queries")


def print_docstrings(figures: dict[str, Any]) -> None:
    rows = [
        (language, values["pairs"], *[values[way][name] for way in ("encoder", "bm25") for name in ("mrr", "recall")])
        for language, values in figures.items()
    ]
    header = ("language", "pairs", "encoder MRR@10", "recall@10", "BM25 MRR@10", "recall@10")
    print_table("from the first sentence of a doc comment to its code", header, rows)


def _verdict(clear: bool) -> str:
    return "clear" if clear else "within chance"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path, nargs="?")
    parser.add_argument("sources", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, help="keep the index here, and use what is there")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.HYBRID)
    parser.add_argument("--model", help="a model by name or folder; else the one that comes with the installation")
    parser.add_argument("--reranker", help="a cross-encoder by name or folder, for the last step")
    parser.add_argument("--ablate", action="store_true", help="switch off one part of the ranker after the other")
    parser.add_argument("--docstrings", action="store_true", help="also measure the encoder from doc comment to code")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    try:
        if arguments.compare:
            compare(*arguments.compare)
            return
        if arguments.queries is None or arguments.sources is None:
            parser.error("QUERIES and SOURCES are needed, or --compare")
        measure(arguments)
    except CodingitError as error:
        parser.exit(1, f"{error.detail} {error.hint}\n")


def measure(arguments: argparse.Namespace) -> None:
    from benchmarks.plotting import plot_quality  # matplotlib takes a second to import

    queries = read_queries(arguments.queries)
    encoder = load_encoder(arguments.model)
    reranker = load_reranker(arguments.reranker) if arguments.reranker else None
    found = run(
        queries,
        arguments.sources,
        encoder,
        data=arguments.data,
        mode=arguments.mode,
        ablate=arguments.ablate,
        reranker=reranker,
    )
    figures = found.figures
    if arguments.docstrings:
        repos = sorted({query.repo for query in queries})
        figures["docstrings"] = measure_docstrings([arguments.sources / repo for repo in repos], encoder)
    print_figures(figures)
    path = save_run("quality", {**figures, "per_query": [one.row() for one in found.judged]}, arguments.output)
    plot_quality(figures, path.with_suffix(".png"))


if __name__ == "__main__":
    main()
