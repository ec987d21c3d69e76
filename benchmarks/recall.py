"""How many of the ten nearest chunks a search finds, by the size of the tenant: exact, as served, and probe by probe.

    python -m benchmarks.recall [SOURCES ...] [--sizes 500,5000,50000] [--rows 100000] [--data FOLDER] [--model NAME]
    python -m benchmarks.recall --compare BEFORE.json AFTER.json

The truth is computed from the stored vectors outside the database. `exact` is the one pass that searches take up to
40,000 chunks; `served` is the search beyond that, through the index that the worker made with the probes that it chose;
the curve is such an index alone, cut into half, just and twice as many lists, asked at more and more probes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from benchmarks.asking import make_queries
from benchmarks.crowd import Crowd, Tenant, open_crowd
from benchmarks.reporting import compare_runs, print_table, save_run
from benchmarks.words import NAME, encoder_by_name
from benchmarks.workspace import Workspace, workspace
from indexer.approximate import NEIGHBOURS, Thresholds, lists_for, maintain_indexes
from models.caller import user
from models.encoder import Encoder
from sql import approximate
from sql.database import ACT_AS, Connection
from sql.search import CandidateQuery, Fuzzy, find_candidates

# Sums of the same products in another order differ by less.
AS_NEAR = 1e-5
SIZES = (500, 5_000, 50_000)
ROWS = 100_000
QUERIES = 50
PROBES = (1, 2, 4, 8, 16, 32, 64)
LIST_FACTORS = (0.5, 1.0, 2.0)
VECTORS = (Path(__file__).parent / "queries" / "read_vectors.sql").read_bytes()
MOST_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A tenant's queries as vectors, with the distance below which a chunk is one of the ten nearest."""

    model_id: int
    dimensions: int
    tenant: Tenant
    vectors: list[str]
    truths: list[set[int]]


def run(
    sources: Sequence[Path], sizes: Sequence[int], rows: int, queries: int, model: str, data: Path | None
) -> dict[str, Any]:
    """The figures: recall@10 and milliseconds by tenant, and for each number of lists and probes."""
    encoder = encoder_by_name(model)
    with workspace(data) as place:
        crowd = open_crowd(place.url, encoder, sources, sizes, rows, data)
        # For this measurement each tenant has an index, however small it is.
        limits = Thresholds(build=min(tenant.chunks for tenant in crowd.tenants), drop=0)
        tenants = {}
        for tenant in crowd.tenants:
            case = make_case(place, crowd, tenant, encoder, queries)
            tenants[str(tenant.chunks)] = measure_case(place, case, limits)
    return {"rows": crowd.rows, "tenants": tenants}


def make_case(place: Workspace, crowd: Crowd, tenant: Tenant, encoder: Encoder, queries: int) -> Case:
    with psycopg.connect(place.url) as connection:
        register_vector(connection)
        texts = make_queries(connection, crowd.model_id, tenant.user_id, queries)
        parameters = {"user_id": tenant.user_id, "model_id": crowd.model_id}
        rows = connection.execute(VECTORS, parameters, binary=True).fetchall()
    ids = np.array([row[0] for row in rows])
    stored = np.stack([row[1].to_numpy() for row in rows]).astype(np.float32)
    asked = encoder.encode_queries(texts).astype(np.float16).astype(np.float32)
    truths = [nearest(ids, stored @ vector) for vector in asked]
    return Case(crowd.model_id, encoder.identity.dimensions, tenant, [as_text(vector) for vector in asked], truths)


def nearest(ids: NDArray[np.int64], closeness: NDArray[np.float32]) -> set[int]:
    """The ids of the ten nearest and of all as near as the tenth: which of these an index answers is its own."""
    tenth = np.sort(closeness)[::-1][:NEIGHBOURS][-1]
    return set(ids[closeness >= tenth - AS_NEAR].tolist())


def as_text(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def measure_case(place: Workspace, case: Case, limits: Thresholds) -> dict[str, Any]:
    with psycopg.connect(place.url, autocommit=True) as connection:
        exact = measure(case, lambda vector: search(connection, case, vector, exact_limit=10_000_000))
        curve = {}
        for factor in LIST_FACTORS:
            lists = max(1, round(lists_for(case.tenant.chunks) * factor))
            curve[f"lists_{lists}"] = measure_lists(connection, case, lists)
        maintain_indexes(place.url, model_id=case.model_id, dimensions=case.dimensions, thresholds=limits)
        index = approximate.known_indexes(connection, case.model_id)[case.tenant.user_id]
        served = measure(case, lambda vector: search(connection, case, vector, exact_limit=0))
    return {
        "exact": exact,
        "served": {**served, "lists": index.lists, "probes": index.probes},
        "curve": curve,
    }


def measure_lists(connection: Connection, case: Case, lists: int) -> dict[str, dict[str, float]]:
    """An index of so many lists, asked at more and more probes, and taken away again."""
    name = f"bench_lists_{lists}"
    approximate.build_index(
        connection,
        name=name,
        model_id=case.model_id,
        user_id=case.tenant.user_id,
        dimensions=case.dimensions,
        lists=lists,
    )
    found = {}
    for probes in sorted({min(each, lists) for each in PROBES}):
        found[f"probes_{probes}"] = measure(
            case,
            lambda vector, probes=probes: approximate.indexed_neighbours(  # type: ignore[misc]  # binds the loop's value
                connection,
                model_id=case.model_id,
                user_id=case.tenant.user_id,
                dimensions=case.dimensions,
                vector=vector,
                probes=probes,
                most=NEIGHBOURS,
            ),
        )
    for each in (name, f"{name}_words"):
        connection.execute(f"drop index public.{each}".encode())
    return found


def measure(case: Case, find: Callable[[str], set[int]]) -> dict[str, float]:
    recalls, times = [], []
    for vector, truth in zip(case.vectors, case.truths, strict=True):
        started = perf_counter()
        found = find(vector)
        times.append((perf_counter() - started) * 1000)
        recalls.append(len(truth & found) / min(len(truth), NEIGHBOURS))
    return {"recall_at_10": fmean(recalls), "p50_ms": median(times)}


def search(connection: Connection, case: Case, vector: str, *, exact_limit: int) -> set[int]:
    """The ten nearest as the service finds them, by vectors alone."""
    caller = user(case.tenant.user_id)
    wanted = CandidateQuery(
        model_id=case.model_id,
        project_id=None,
        vector=vector,
        terms=None,
        fuzzy=Fuzzy.NEVER,
        languages=None,
        kinds=None,
        pattern=None,
        most=MOST_CANDIDATES,
    )
    with connection.transaction():
        connection.execute("select set_config('codingit.exact_limit', %s, true)", (str(exact_limit),))
        connection.execute(ACT_AS, (caller.role.value, caller.claims_json()))
        found = find_candidates(connection, wanted).candidates
    best = sorted(found, key=lambda each: (-(each.dense or 0.0), each.id))[:NEIGHBOURS]
    return {each.id for each in best}


def plot(figures: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    canvas, panels = pyplot.subplots(
        1, len(figures["tenants"]), figsize=(4 * len(figures["tenants"]), 4), squeeze=False
    )
    for axes, (size, tenant) in zip(panels[0], figures["tenants"].items(), strict=True):
        for lists, points in tenant["curve"].items():
            probes = [int(name.removeprefix("probes_")) for name in points]
            axes.plot(probes, [point["recall_at_10"] for point in points.values()], marker="o", label=lists)
        axes.axhline(tenant["served"]["recall_at_10"], linestyle="--", color="grey", label="served")
        axes.set(xscale="log", xlabel="probes", ylabel="recall@10", title=f"{int(size):,} chunks", ylim=(0, 1.02))
        axes.legend()
    canvas.tight_layout()
    canvas.savefig(path)


def print_figures(figures: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = []
    for size, tenant in figures["tenants"].items():
        exact, served = tenant["exact"], tenant["served"]
        rows.append((size, "exact", "", "", exact["recall_at_10"], exact["p50_ms"]))
        chosen = (served["lists"], served["probes"])
        rows.append((size, "served", *chosen, served["recall_at_10"], served["p50_ms"]))
        for lists, points in tenant["curve"].items():
            for probes, point in points.items():
                cut = (lists.removeprefix("lists_"), probes.removeprefix("probes_"))
                rows.append((size, "index alone", *cut, point["recall_at_10"], point["p50_ms"]))
    print_table("recall@10", ("chunks", "search", "lists", "probes", "recall@10", "p50 ms"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="*")
    parser.add_argument("--sizes", type=lambda text: [int(each) for each in text.split(",")], default=list(SIZES))
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the whole table")
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--model", default=NAME, help="'words' costs nothing; else as CODINGIT_MODEL names one")
    parser.add_argument("--data", type=Path, help="keep the table here, and use what is there")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    figures = run(
        arguments.sources, arguments.sizes, arguments.rows, arguments.queries, arguments.model, arguments.data
    )
    print_figures(figures)
    path = save_run("recall", figures, arguments.output)
    plot(figures, path.with_suffix(".png"))


if __name__ == "__main__":
    main()
