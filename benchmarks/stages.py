"""Where the time of a search goes, stage by stage, for scopes of several sizes inside a large table.

    python -m benchmarks.stages [SOURCES ...] [--sizes 500,2000,20000,100000] [--rows 200000] [--data FOLDER]
    python -m benchmarks.stages --compare BEFORE.json AFTER.json

The table is that of `benchmarks.latency`, and `--data` takes one that this has kept. The stages are timed in this
process, one search after the other: the time that passes, and the time that is computed, which a busy machine changes
least. The last stage is what the connection's backend computes, read from /proc, so this runs on Linux only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any
from unittest import mock

import psycopg

from benchmarks.asking import make_queries
from benchmarks.computing import backend_of, computed
from benchmarks.crowd import Crowd, Tenant, open_crowd
from benchmarks.crowd_arguments import run_as_told
from benchmarks.latency import WARM_UP
from benchmarks.reporting import percentile, print_table, save_run
from benchmarks.words import encoder_by_name
from benchmarks.workspace import workspace
from models.caller import user
from search_api import code_search
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import CodeQuery, search_code
from sql.database import Database

WHOLE, BACKEND = "the whole search", "the database's part"
# What the use case calls by these names, and the stage that it is.
STAGES = {"find_candidates": "candidates", "rank": "rank", "ask_winners": "ask for winners"}
# By stage, the seconds that passed and those that were computed, search by search.
Times = dict[str, list[tuple[float, float]]]


def run(
    sources: Sequence[Path], sizes: Sequence[int], rows: int, requests: int, model: str, data: Path | None
) -> dict[str, Any]:
    """The figures: the middle milliseconds of each stage, by size of the scope."""
    encoder = encoder_by_name(model)
    with workspace(data) as place:
        crowd = open_crowd(place.url, encoder, sources, sizes, rows, data)
        url = place.url.replace("//postgres@", "//codingit_api@", 1)
        with Database(url, min_size=1, max_size=1) as database:
            active = ActiveEncoder(database, lambda _: encoder)
            scopes = {
                str(tenant.chunks): _measure(database, active, tenant, _queries(place.url, crowd, tenant, requests))
                for tenant in crowd.tenants
            }
    return {"rows": crowd.rows, "scopes": scopes}


def _queries(url: str, crowd: Crowd, tenant: Tenant, requests: int) -> list[str]:
    with psycopg.connect(url) as connection:
        return make_queries(connection, crowd.model_id, tenant.user_id, requests)


def _measure(
    database: Database, encoder: ActiveEncoder, tenant: Tenant, queries: Sequence[str]
) -> dict[str, dict[str, float]]:
    caller = user(tenant.user_id)
    backend = backend_of(database, caller)
    for query in queries[:WARM_UP]:
        search_code(database, encoder, caller, CodeQuery(query))
    times: Times = defaultdict(list)
    with _timed_stages(times):
        for query in queries:
            before = computed(backend)
            _timed(times, WHOLE, search_code)(database, encoder, caller, CodeQuery(query))
            times[BACKEND].append((0.0, computed(backend) - before))
    return {
        name: {"passed_ms": _middle([passed for passed, _ in each]), "computed_ms": _middle([used for _, used in each])}
        for name, each in times.items()
    }


@contextmanager
def _timed_stages(times: Times) -> Iterator[None]:
    with ExitStack() as patches:
        for name, stage in STAGES.items():
            timed = _timed(times, stage, getattr(code_search, name))
            patches.enter_context(mock.patch.object(code_search, name, timed))
        yield


# Any: each stage takes and returns what it does without this.
def _timed(times: Times, stage: str, run_stage: Callable[..., Any]) -> Callable[..., Any]:
    def run_timed(*arguments: Any, **named: Any) -> Any:
        passed, used = perf_counter(), thread_time()
        result = run_stage(*arguments, **named)
        times[stage].append((perf_counter() - passed, thread_time() - used))
        return result

    return run_timed


def _middle(seconds: Sequence[float]) -> float:
    return percentile(seconds, 50) * 1000


def main() -> None:
    told = run_as_told(__doc__, "for each size", run)
    if told is None:
        return
    figures, output = told
    print_table(
        f"stages of a search, inside {figures['rows']} rows",
        ("chunks in scope", "stage", "passed ms", "computed ms"),
        [
            (size, stage, cell["passed_ms"] or "-", cell["computed_ms"])
            for size, scope in figures["scopes"].items()
            for stage, cell in scope.items()
        ],
    )
    save_run("stages", figures, output)


if __name__ == "__main__":
    main()
