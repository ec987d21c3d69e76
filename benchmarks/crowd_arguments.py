"""What the measurements of searches inside a crowd are told on their command lines."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reporting import compare_runs
from benchmarks.words import NAME

SIZES = (500, 2_000, 20_000, 100_000)
ROWS = 200_000
REQUESTS = 200

# The figures of sources, sizes, rows, requests, a model's name and where the table is kept.
# Any: JSON in a shape of the run's own.
Run = Callable[[Sequence[Path], Sequence[int], int, int, str, Path | None], dict[str, Any]]


def run_as_told(description: str | None, requests_are: str, run: Run) -> tuple[dict[str, Any], Path | None] | None:
    """The figures of a run and where they are to be saved; None when two earlier runs were compared instead."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="*")
    parser.add_argument("--sizes", type=lambda text: [int(each) for each in text.split(",")], default=list(SIZES))
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the whole table")
    parser.add_argument("--requests", type=int, default=REQUESTS, help=requests_are)
    parser.add_argument("--model", default=NAME, help="'words' costs nothing; else as CODINGIT_MODEL names one")
    parser.add_argument("--data", type=Path, help="keep the table here, and use what is there")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    told = parser.parse_args()
    if told.compare:
        compare_runs(*told.compare)
        return None
    return run(told.sources, told.sizes, told.rows, told.requests, told.model, told.data), told.output
