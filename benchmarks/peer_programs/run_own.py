"""codingit-search in process: `search_code` under row level security over the embedded server, without HTTP.

"mode" is a search mode, "model" the encoder or null for the default. The peak is this process with the model; the
server's processes stand in "server_mb".
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import redirect_stdout
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.labels import Labelled
from benchmarks.quality import Bench
from benchmarks.workspace import workspace
from models.encoder import load_encoder
from search_api.code_search import Mode


def main() -> None:
    asked = json.load(sys.stdin)
    # Standard output is for the answer alone.
    with redirect_stdout(sys.stderr):
        answer = answer_queries(asked)
    json.dump(answer, sys.stdout)


def answer_queries(asked: dict[str, Any]) -> dict[str, Any]:
    encoder = load_encoder(asked["model"])
    queries = [Labelled(repo, "", "", query, ("-",), ()) for repo, query in asked["queries"]]
    with workspace() as place:
        started = perf_counter()
        bench = Bench(place, {repo: Path(folder) for repo, folder in asked["folders"].items()}, encoder)
        indexed = bench.index()
        index_seconds = perf_counter() - started
        judged, times = bench.judge(queries, Mode(asked["mode"]))
        server = server_mb(place.url)
    return {
        "index_seconds": index_seconds,
        "query_ms": times,
        "results": [[path.split("/", 2)[2] for path in one.paths] for one in judged],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "server_mb": server,
        "encoder": encoder.identity.name,
        "indexed": indexed,
    }


def server_mb(url: str) -> float | None:
    """The proportional memory of the server's processes, shared pages divided among them; None where it is not told."""
    with psycopg.connect(url) as connection:
        row = connection.execute("show data_directory").fetchone()
    try:
        postmaster = int((Path(row[0]) / "postmaster.pid").read_text().split()[0]) if row else 0
        pids = [postmaster, *_children(postmaster)]
        return sum(_proportional_kb(pid) for pid in pids) / 1024
    except (OSError, ValueError, IndexError):
        return None


def _children(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children]


def _proportional_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
