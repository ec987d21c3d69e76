"""How fast encoders encode: a directory's chunks as the indexer makes them, and single queries, on one thread.

    python -m benchmarks.encoding DIRECTORY [--model NAME ...] [--chunks 200]

Each model is measured over the same texts in the same run, and beside the last one named. Seconds are those of the
processor, which other work on the machine disturbs less than those of the clock; those of loading and of single queries
are the clock's. A fast model encodes the texts again and again for two seconds, its words known but the first time.
Tokens are counted for static models, whose reader tells them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.reporting import print_table, save_run
from benchmarks.workspace import read_directory
from indexer.preparing import prepare_file
from models.encoder import Encoder, load_encoder
from models.locating import DEFAULT_MODEL_NAME, locate_model
from models.static_format import holds_static_model, read_static_model
from models.static_tokens import TokenReader

LEAST_SECONDS = 2.0
QUERIES = (
    "where are prices rounded",
    "parse the configuration file and merge it with the defaults",
    "getUserName",
    "retry a request that timed out",
    "how is a worker told to stop",
)
ROUNDS_OF_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Speed:
    """What one encoder did."""

    load_seconds: float
    chunks_per_second: float
    megabytes_per_second: float
    tokens_per_second: float | None
    query_p50_ms: float


def measure_speed(name: str, texts: Sequence[str]) -> Speed:
    """Load a model, encode all texts as documents, and the queries one by one."""
    started = time.perf_counter()
    encoder = load_encoder(name, threads=1)
    loaded = time.perf_counter() - started
    encoder.encode_documents(texts[:8])
    rounds, seconds = _repeat(lambda: encoder.encode_documents(texts), LEAST_SECONDS)
    tokens = count_tokens(name, texts)
    return Speed(
        load_seconds=loaded,
        chunks_per_second=rounds * len(texts) / seconds,
        megabytes_per_second=rounds * sum(len(text.encode()) for text in texts) / seconds / 1e6,
        tokens_per_second=None if tokens is None else rounds * tokens / seconds,
        query_p50_ms=1000 * median(_time_queries(encoder)),
    )


def count_tokens(name: str, texts: Sequence[str]) -> int | None:
    """How many tokens a static model reads of the texts; None for another model."""
    folder = locate_model(name).folder
    if folder is None or not holds_static_model(folder):
        return None
    return int(TokenReader(read_static_model(folder)).count(texts).counts.sum())


def read_texts(root: Path, most: int) -> list[str]:
    """The texts of a directory's chunks as they are encoded; of more than `most`, the same random ones every time."""
    texts = [chunk.text for file in read_directory(root) for chunk in prepare_file(file.found.path, file.text).chunks]
    return random.Random(0).sample(texts, most) if len(texts) > most else texts


def _repeat(work: Callable[[], object], least_seconds: float) -> tuple[int, float]:
    rounds = 0
    started = time.process_time()
    while not rounds or time.process_time() - started < least_seconds:
        work()
        rounds += 1
    return rounds, time.process_time() - started


def _time_queries(encoder: Encoder) -> list[float]:
    taken = []
    for _ in range(ROUNDS_OF_QUERIES):
        for query in QUERIES:
            started = time.perf_counter()
            encoder.encode_queries([query])
            taken.append(time.perf_counter() - started)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--model", action="append", help="a name or folder; may be given several times")
    parser.add_argument("--chunks", type=int, default=200)
    arguments = parser.parse_args()
    names = arguments.model or [DEFAULT_MODEL_NAME, "all-MiniLM-L6-v2"]
    texts = read_texts(arguments.directory, arguments.chunks)
    if not texts:
        parser.error(f"there is nothing to encode in {arguments.directory}")
    speeds = {name: measure_speed(name, texts) for name in names}
    last = speeds[names[-1]]
    figures: dict[str, Any] = {
        name: {
            **{field: getattr(speed, field) for field in Speed.__dataclass_fields__},
            "times_as_fast": speed.chunks_per_second / last.chunks_per_second,
        }
        for name, speed in speeds.items()
    }
    header = ("model", "load s", "chunks/s", "MB/s", "tokens/s", "query p50 ms", f"times {names[-1]}")
    average = sum(map(len, texts)) / len(texts)
    print_table(
        f"{len(texts)} chunks, {average:.0f} characters on average; processor time, one thread",
        header,
        [(name, *("-" if value is None else value for value in each.values())) for name, each in figures.items()],
    )
    save_run("encoding", {"chunks": len(texts), **figures})


if __name__ == "__main__":
    main()
