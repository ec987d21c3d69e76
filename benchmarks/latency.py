"""How fast a search answers over HTTP, for scopes of several sizes inside a large table.

    python -m benchmarks.latency [SOURCES ...] [--sizes 500,2000,20000,100000] [--rows 200000] [--data FOLDER]
    python -m benchmarks.latency --compare BEFORE.json AFTER.json

A table of `--rows` chunks is built from SOURCES (default: Python's standard library) and kept in `--data` when that is
named; one user has each of the sizes, the others make up the rest. The API runs in a process of its own, each request
carries a signed token, each query is asked once a cell. Times are the client's, from sending to the last byte.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.api import RunningApi, running_api
from benchmarks.asking import make_queries
from benchmarks.crowd import Crowd, Tenant, open_crowd
from benchmarks.crowd_arguments import run_as_told
from benchmarks.reporting import percentile, print_table, save_run
from benchmarks.words import encoder_by_name
from benchmarks.workspace import workspace
from indexer.approximate import maintain_indexes

CLIENTS = (1, 8)
WARM_UP = 20
# Enough for the thinnest percentile that is told.
LEAST_REQUESTS = 10


@dataclass(frozen=True, slots=True)
class Timed:
    """One request: its seconds, and whether there were results."""

    seconds: float
    found: bool


def run(
    sources: Sequence[Path], sizes: Sequence[int], rows: int, requests: int, model: str, data: Path | None
) -> dict[str, Any]:
    """The figures: milliseconds by size of the scope and number of clients."""
    with workspace(data) as place:
        encoder = encoder_by_name(model)
        crowd = open_crowd(place.url, encoder, sources, sizes, rows, data)
        maintain_indexes(place.url, model_id=crowd.model_id, dimensions=encoder.identity.dimensions)
        with running_api(place.url, model) as api:
            scopes = {str(tenant.chunks): _measure(api, place.url, crowd, tenant, requests) for tenant in crowd.tenants}
    return {"rows": crowd.rows, "build_seconds": crowd.seconds, "scopes": scopes}


def _measure(api: RunningApi, url: str, crowd: Crowd, tenant: Tenant, requests: int) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        queries = make_queries(connection, crowd.model_id, tenant.user_id, requests)
    token = api.token_of(tenant.user_id)
    _ask_all(api, token, queries[:WARM_UP])
    return {f"clients_{clients}": _figures(api, token, queries, clients, requests) for clients in CLIENTS}


def _figures(api: RunningApi, token: str, queries: Sequence[str], clients: int, requests: int) -> dict[str, float]:
    asked = list(islice(cycle(queries), max(requests, LEAST_REQUESTS)))
    started = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = list(pool.map(lambda part: _ask_all(api, token, part), [asked[at::clients] for at in range(clients)]))
    seconds = perf_counter() - started
    timed = [each for part in parts for each in part]
    times = [each.seconds * 1000 for each in timed]
    return {
        **{f"p{share}_ms": percentile(times, share) for share in (50, 95, 99)},
        "requests_per_second": len(timed) / seconds,
        "found": sum(each.found for each in timed) / len(timed),
        "requests": len(timed),
    }


def _ask_all(api: RunningApi, token: str, queries: Sequence[str]) -> list[Timed]:
    """One client on one connection; its own work is little beside the service's."""
    connection = http.client.HTTPConnection(api.host, api.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    timed = []
    for query in queries:
        body = json.dumps({"query": query})
        started = perf_counter()
        connection.request("POST", "/v1/search/code", body, headers)
        reply = connection.getresponse()
        text = reply.read()
        seconds = perf_counter() - started
        if reply.status != http.client.OK:
            raise SystemExit(f"The service answered {reply.status}: {text[:500].decode()}")
        timed.append(Timed(seconds, bool(json.loads(text)["results"])))
    connection.close()
    return timed


def plot(figures: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    canvas, axes = pyplot.subplots(figsize=(7, 4))
    sizes = [int(size) for size in figures["scopes"]]
    for clients in CLIENTS:
        for share in (50, 95):
            times = [scope[f"clients_{clients}"][f"p{share}_ms"] for scope in figures["scopes"].values()]
            axes.plot(sizes, times, marker="o", label=f"p{share}, {clients} client{'s' if clients > 1 else ''}")
    axes.set(
        xscale="log", yscale="log", xlabel="chunks in scope", ylabel="ms", title=f"inside {figures['rows']:,} rows"
    )
    axes.legend()
    canvas.tight_layout()
    canvas.savefig(path)


def main() -> None:
    told = run_as_told(__doc__, "for each size and number of clients", run)
    if told is None:
        return
    figures, output = told
    print_table(
        f"search over HTTP, inside {figures['rows']} rows",
        ("chunks in scope", "clients", "p50 ms", "p95 ms", "p99 ms", "requests/s"),
        [
            (size, clients, *(cell[name] for name in ("p50_ms", "p95_ms", "p99_ms", "requests_per_second")))
            for size, scope in figures["scopes"].items()
            for clients in CLIENTS
            for cell in (scope[f"clients_{clients}"],)
        ],
    )
    path = save_run("latency", figures, output)
    plot(figures, path.with_suffix(".png"))


if __name__ == "__main__":
    main()
