"""Percentiles as their names say, and two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.reporting import compare_runs, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([7.0], 50, 7.0), ([4.0, 1.0, 3.0, 2.0], 50, 2.0), (list(range(1, 101)), 95, 95), (list(range(1, 101)), 99, 99)],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: int, expected: float) -> None:
    assert percentile(values, share) == expected


def test_two_runs_are_compared_number_by_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, figures in {"a": {"x": {"p50_ms": 2.0}, "old": 1}, "b": {"x": {"p50_ms": 3.0}, "new": 1}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"figures": figures}))

    compare_runs(tmp_path / "a.json", tmp_path / "b.json")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["x.p50_ms", "2.000", "3.000", "1.500"] in lines
    assert not any(line[:1] in (["old"], ["new"]) for line in lines)
