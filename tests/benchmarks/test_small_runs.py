"""Each benchmark, run small: the figures are there, hang together, and only a defect would change them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks import chat, embeddings, indexing, latency, recall, stages

SOURCES = Path(__file__).parents[1] / "indexer" / "samples"


def run_small(
    benchmark: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[dict[str, Any], Path]:
    """The figures as they were saved, and the plot beside them."""
    output = folder / "run.json"
    command = [benchmark.__name__, str(SOURCES), *arguments, "--model", "words", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    benchmark.main()
    figures: dict[str, Any] = json.loads(output.read_text())["figures"]
    return figures, output.with_suffix(".png")


def test_latency_is_told_by_size_and_by_number_of_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ("--sizes", "60,300", "--rows", "2500", "--requests", "12")
    figures, drawn = run_small(latency, tmp_path, monkeypatch, *sizes)

    assert figures["rows"] == 60 + 300 + 2000
    assert set(figures["scopes"]) == {"60", "300"}
    for scope in figures["scopes"].values():
        assert set(scope) == {"clients_1", "clients_8"}
        for cell in scope.values():
            assert 0 < cell["p50_ms"] <= cell["p95_ms"] <= cell["p99_ms"]
            assert cell["requests_per_second"] > 0
            assert cell["requests"] == 12
            assert cell["found"] == 1.0, "a query in the words of a chunk finds something"
    assert drawn.stat().st_size > 0


def test_stages_of_a_search_are_told_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ("--sizes", "60,300", "--rows", "2500", "--requests", "12")
    figures, _ = run_small(stages, tmp_path, monkeypatch, *sizes)

    assert set(figures["scopes"]) == {"60", "300"}
    for scope in figures["scopes"].values():
        assert set(scope) == {stages.WHOLE, stages.BACKEND, *stages.STAGES.values()}
        whole = scope[stages.WHOLE]
        for name, cell in scope.items():
            assert cell["computed_ms"] > 0
            assert cell["passed_ms"] <= whole["passed_ms"], name
        assert scope[stages.BACKEND]["passed_ms"] == 0.0, "it runs beside the others and has no time of its own"


def test_recall_is_whole_where_nothing_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ("--sizes", "100,1000", "--rows", "1100", "--queries", "12")
    figures, drawn = run_small(recall, tmp_path, monkeypatch, *sizes)

    assert set(figures["tenants"]) == {"100", "1000"}
    for tenant in figures["tenants"].values():
        assert tenant["exact"]["recall_at_10"] == 1.0
        assert tenant["served"]["recall_at_10"] >= 0.98
        assert 1 <= tenant["served"]["probes"] <= tenant["served"]["lists"]
        for lists, points in tenant["curve"].items():
            by_probes = [point["recall_at_10"] for point in points.values()]
            assert by_probes == sorted(by_probes), "more probes never find less"
            every_list = points.get(lists.replace("lists", "probes"))
            assert every_list is None or every_list["recall_at_10"] == 1.0
    assert drawn.stat().st_size > 0


def test_chat_search_finds_all_of_the_nearest_where_nothing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "run.json"
    sizes = ("--messages", "300", "--large", "200", "--small", "100")
    command = ["chat", *sizes, "--embedded", "--texts", str(Path(chat.__file__).parent), "--only", "vector, of"]
    monkeypatch.setattr(sys, "argv", [*command, "--output", str(output)])

    chat.main()

    figures = json.loads(output.read_text())["figures"]
    assert figures["recall_at_10"] == {"200 messages": 1.0, "100 messages": 1.0}
    for size in ("200 messages", "100 messages"):
        assert set(figures[size]) == {
            f"vector, of {scope}" for scope in ("one role", "the last tenth", "the last hundredth")
        }
        assert all(0 < cell["p50_ms"] <= cell["p95_ms"] for cell in figures[size].values())


def test_indexing_counts_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures, drawn = run_small(indexing, tmp_path, monkeypatch)

    samples = [path for path in SOURCES.rglob("*") if path.is_file()]
    assert figures["files"] == len(samples)
    assert figures["bytes"] == sum(path.stat().st_size for path in samples)
    assert figures["chunks"] >= figures["files"]
    assert figures["failed"] == 0
    assert sum(figures["share"].values()) == pytest.approx(1.0)
    assert {"claim", "read", "chunk", "reuse", "encode", "write"} <= figures["share"].keys()
    assert figures["peak_memory_mb"] >= figures["memory_before_mb"] > 0
    assert drawn.stat().st_size > 0


@pytest.mark.parametrize("benchmark", [latency, stages, recall, indexing])
def test_two_runs_are_compared(
    benchmark: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("a.json", 1.0), ("b.json", 2.0)):
        (tmp_path / name).write_text(json.dumps({"figures": {"value": value}}))
    monkeypatch.setattr(sys, "argv", ["x", "--compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")])

    benchmark.main()

    assert ["value", "1.000", "2.000", "2.000"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_embeddings_are_told_for_one_client_and_for_eight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "run.json"
    sources = Path(__file__).parents[2] / "benchmarks"
    command = ["embeddings", str(sources), "--seconds", "0.3", "--model", "words", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    embeddings.main()
    figures = json.loads(output.read_text())["figures"]

    for kind in ("line", "chunk"):
        one, eight = figures[kind]["clients_1"], figures[kind]["clients_8"]
        assert figures[kind]["ratio"] == eight["texts_per_second"] / one["texts_per_second"] > 0
        assert figures[kind]["processor_ratio"] == one["processor_ms"] / eight["processor_ms"] > 0
    search = figures["search"]
    assert search["bulk_requests"] >= 1
    assert 0 < search["alone_p50_ms"] <= search["alone_p95_ms"]
    assert 0 < search["beside_p50_ms"] <= search["beside_p95_ms"]
