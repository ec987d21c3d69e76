"""How fast files become searchable: files, chunks and bytes a second, peak memory, and which stage takes how much.

    python -m benchmarks.indexing [SOURCES ...] [--model NAME] [--output RUN.json]
    python -m benchmarks.indexing --compare BEFORE.json AFTER.json

The files of SOURCES (default: Python's standard library) are written into an empty database first; what is measured is
one worker, in a process of its own, from the first stale file to the last. `--model words` leaves the encoder out.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.crowd import STANDARD_LIBRARY
from benchmarks.reporting import compare_runs, print_table, save_run
from benchmarks.words import encoder_by_name
from benchmarks.workspace import workspace
from indexer.batching import BatchReport
from indexer.worker import Worker
from sql.database import Database

SIZE = b"select count(*), coalesce(sum(octet_length(content)), 0)::bigint from public.workspace_files"
INDEX_SIZE = b"select pg_total_relation_size('public.code_embeddings')::bigint"
# ru_maxrss counts kilobytes on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the worker's process tells of itself; memory in bytes."""

    report: BatchReport
    seconds: float
    loaded: int
    peak: int


def run(sources: Sequence[Path], model: str | None) -> dict[str, Any]:
    """The figures of indexing each source as a project."""
    with workspace() as place:
        for root in sources or [STANDARD_LIBRARY]:
            place.put_directory(root, root.name)
        with psycopg.connect(place.url) as connection:
            files, size = connection.execute(SIZE).fetchone() or (0, 0)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            indexed = pool.submit(index_all, place.url, model).result()
        with psycopg.connect(place.url) as connection:
            (stored,) = connection.execute(INDEX_SIZE).fetchone() or (0,)
    return figures_of(indexed, files, size, stored)


def index_all(url: str, model: str | None) -> Indexed:
    """Index everything that is stale, in this process."""
    encoder = encoder_by_name(model)
    encoder.encode_documents(["the first text loads what is loaded late"])
    loaded = _peak_memory()
    with Database(url, vectors=True, max_size=3) as database:
        started = perf_counter()
        report = Worker(database, encoder).run_until_idle()
        seconds = perf_counter() - started
    return Indexed(report, seconds, loaded, _peak_memory())


def figures_of(indexed: Indexed, files: int, size: int, stored: int) -> dict[str, Any]:
    report, seconds = indexed.report, indexed.seconds
    stages = {**report.seconds, "rest": max(0.0, seconds - sum(report.seconds.values()))}
    return {
        "files": files,
        "chunks": report.chunks,
        "bytes": size,
        "failed": report.failed,
        "skipped": report.skipped,
        "seconds": seconds,
        "files_per_second": files / seconds,
        "chunks_per_second": report.chunks / seconds,
        "bytes_per_second": size / seconds,
        "peak_memory_mb": indexed.peak / (1 << 20),
        "memory_before_mb": indexed.loaded / (1 << 20),
        "index_bytes_per_chunk": stored / max(1, report.chunks),
        "share": {stage: spent / seconds for stage, spent in stages.items()},
    }


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def plot(figures: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    canvas, axes = pyplot.subplots(figsize=(7, 3))
    axes.barh(list(figures["share"]), list(figures["share"].values()))
    axes.set(xlabel="share of the time", title=f"{figures['chunks_per_second']:.0f} chunks/s", xlim=(0, 1))
    canvas.tight_layout()
    canvas.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="*")
    parser.add_argument("--model", help="as CODINGIT_MODEL names one; 'words' costs nothing")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    figures = run(arguments.sources, arguments.model)
    share = figures.pop("share")
    print_table("indexing", ("figure", "value"), list(figures.items()))
    print_table("share of the time", ("stage", "share"), list(share.items()))
    figures["share"] = share
    path = save_run("indexing", figures, arguments.output)
    plot(figures, path.with_suffix(".png"))


if __name__ == "__main__":
    main()
