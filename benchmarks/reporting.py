"""How a benchmark tells what it found: a table, JSON with the command and the machine, the difference of two runs."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [list(map(str, header)), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    print(f"\n{title}")
    for row in cells:
        print(
            "  ".join(
                value.ljust(width) if at == 0 else value.rjust(width)
                for at, (value, width) in enumerate(zip(row, widths, strict=True))
            )
        )


def save_run(name: str, figures: Mapping[str, Any], output: Path | None = None) -> Path:
    """Write a run as JSON with what is needed to repeat it."""
    RESULTS.mkdir(exist_ok=True)
    stamp = datetime.now(UTC)
    path = output or RESULTS / f"{name}-{stamp:%Y%m%d-%H%M%S}.json"
    run = {
        "benchmark": name,
        "at": stamp.isoformat(timespec="seconds"),
        "command": " ".join(["python", "-m", f"benchmarks.{name}", *sys.argv[1:]]),
        "commit": _commit(),
        "machine": {"cpus": os.cpu_count(), "platform": platform.platform(), "python": platform.python_version()},
        "figures": figures,
    }
    path.write_text(json.dumps(run, indent=2, default=str) + "\n")
    print(f"\nsaved {path}")
    return path


def load_run(path: Path) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(path.read_text())
    return run


def percentile(values: Sequence[float], share: int) -> float:
    """The least value that so many percent of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * share / 100) - 1)]


def compare_runs(before: Path, after: Path) -> None:
    """Print every number that both runs have, with the ratio of the later to the earlier."""
    old, new = flatten(load_run(before)["figures"]), flatten(load_run(after)["figures"])
    rows = [
        (name, old[name], new[name], f"{new[name] / old[name]:.3f}" if old[name] else "-")
        for name in old
        if name in new
    ]
    print_table(f"{before.name} -> {after.name}", ("figure", "before", "after", "ratio"), rows)


def flatten(figures: Any, prefix: str = "") -> dict[str, float]:
    """The numbers of nested figures by their dotted names; lists are left out."""
    if isinstance(figures, bool) or figures is None:
        return {}
    if isinstance(figures, (int, float)):
        return {prefix: float(figures)}
    if isinstance(figures, Mapping):
        found: dict[str, float] = {}
        for key, value in figures.items():
            found.update(flatten(value, f"{prefix}.{key}" if prefix else str(key)))
        return found
    return {}


def _cell(value: object) -> str:
    return (
        f"{value:.4g}"
        if isinstance(value, float) and abs(value) >= 10
        else f"{value:.3f}"
        if isinstance(value, float)
        else str(value)
    )


def _commit() -> str:
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return git.stdout.strip() or "unknown"
