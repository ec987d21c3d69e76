"""Tools are measured by one protocol, and what cannot be measured is said."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import distilled
from benchmarks.distilled import static_rows, write_static_model
from benchmarks.labels import Labelled
from benchmarks.peers import PEERS, Peer, Task, ask_program, environment_with, measure_peers, print_peers
from benchmarks.ripgrep import ask_ripgrep, rank_counts, words_of
from models.errors import SetupError

QUERIES = [
    Labelled("shop", "python", "symbol", "round_price", ("prices.py",), ()),
    Labelled("shop", "python", "semantic", "open the door", ("door.py",), ()),
]


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task({"shop": tmp_path}, QUERIES, tmp_path / "cache", None)


def answer(*results: list[str]) -> dict[str, Any]:
    return {"index_seconds": 2.0, "query_ms": [1.0, 3.0], "results": list(results), "peak_mb": 10.0}


def test_a_tool_is_judged_by_its_paths(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    good = Peer("good", "by hand", lambda _: answer(["prices.py"], ["x.py", "door.py"]))

    figures = measure_peers([good], task)
    print_peers(figures)

    assert figures["good"]["by_category"] == pytest.approx({"symbol": 1.0, "semantic": 1 / math.log2(3)})
    assert figures["good"]["query_ms_p50"] == 2.0
    assert figures["good"]["index_seconds"] == 2.0
    assert "0.815" in capsys.readouterr().out


def test_a_tool_that_cannot_be_had_is_in_the_table_with_its_reason(
    task: Task, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Task) -> dict[str, Any]:
        raise SetupError("no network here")

    figures = measure_peers([Peer("away", "by hand", fail), Peer("there", "by hand", lambda _: answer([], []))], task)
    print_peers(figures)

    assert figures["away"] == {"how": "by hand", "missing": "no network here"}
    assert figures["there"]["ndcg_at_10"] == 0.0
    assert "not measured: no network here" in capsys.readouterr().out


def test_a_program_is_asked_over_standard_input(task: Task) -> None:
    document = task.document(alpha=0.5)
    echo = "import json, sys; print(json.dumps(json.load(sys.stdin)))"

    answered = ask_program([sys.executable, "-c", echo], document)

    assert answered["queries"] == [["shop", "round_price"], ["shop", "open the door"]]
    assert answered["folders"] == {"shop": str(task.folders["shop"])}
    assert answered["alpha"] == 0.5


def test_a_program_that_fails_says_its_last_words() -> None:
    with pytest.raises(SetupError, match="ended with 3: no model"):
        ask_program([sys.executable, "-c", "import sys; print('no model', file=sys.stderr); sys.exit(3)"], "{}")


def test_a_package_that_cannot_be_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stands for a Python that cannot make an environment: to make one takes a quarter of a minute.
    monkeypatch.setattr(sys, "executable", shutil.which("false"))

    with pytest.raises(SetupError, match="could not be installed"):
        environment_with("codingit-no-such-package==1", tmp_path)

    assert not list(tmp_path.glob("environments/*/installed"))


def test_each_tool_has_a_name_of_its_own() -> None:
    assert len({peer.name for peer in PEERS}) == len(PEERS)


@pytest.mark.parametrize(
    ("query", "words"),
    [("round the price", ["round", "the", "price"]), ("a_b is b.c", ["a_b"]), ("if", ["if"]), ("**", ["**"])],
)
def test_short_words_are_not_looked_for(query: str, words: list[str]) -> None:
    assert words_of(query) == words


def test_the_file_with_the_most_matches_is_first() -> None:
    assert rank_counts("./b.py:2\n./a.py:2\n./odd:name.py:7\n") == ["odd:name.py", "a.py", "b.py"]


def test_ripgrep_is_asked_for_any_word_and_may_find_nothing(tmp_path: Path) -> None:
    program = tmp_path / "rg"
    # Stands for ripgrep: counts for two files, 1 for nothing found, 2 for what it cannot do.
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in *absent*) exit 1 ;; *broken*) exit 2 ;; esac\n'
        'echo "./door.py:1"; echo "./prices.py:2"; echo "$@" > asked\n'
    )
    program.chmod(0o755)
    folders = {"shop": tmp_path}

    answered = ask_ripgrep(program, folders, [("shop", "round it open"), ("shop", "absent")])

    assert answered["results"] == [["prices.py", "door.py"], []]
    assert "-e round -e open ./" in (tmp_path / "asked").read_text()
    assert len(answered["query_ms"]) == 2
    assert answered["peak_mb"] > 0
    with pytest.raises(SetupError, match="ended with 2"):
        ask_ripgrep(program, folders, [("shop", "broken")])


def test_static_rows_are_reduced_and_the_common_count_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distilled, "DIMENSIONS", 8)
    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 12)).astype(np.float32)

    made = static_rows(rows)

    assert made.shape == (400, 8)
    lengths = np.linalg.norm(made, axis=1)
    assert lengths[:20].mean() < 0.5 * lengths[-20:].mean()


def test_the_first_direction_of_static_rows_is_the_one_that_varies_most() -> None:
    # Four points on a line: what is left of them is their place on it, up to the sign, times their weights.
    made = static_rows(np.array([[-3, 0], [-1, 0], [1, 0], [3, 0]], dtype=np.float32))

    frequency = np.array([1 / 2, 1 / 3, 1 / 4, 1 / 5])
    weights = 1e-4 / (1e-4 + frequency / frequency.sum())
    assert np.abs(made[:, 0]) == pytest.approx(np.array([3, 1, 1, 3]) * weights)
    assert made[:, 1] == pytest.approx(np.zeros(4), abs=1e-9)


def test_a_static_model_has_a_row_a_token_in_their_order(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    source = tmp_path / "source"
    source.mkdir()
    vocabulary = {"the": 0, "price": 1, "##s": 2}
    (source / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return np.eye(3, dtype=np.float32)

    write_static_model(source, encode, tmp_path / "made")

    assert asked == ["the", "price", "s"]
    assert load_file(tmp_path / "made" / "model.safetensors")["embeddings"].shape == (3, 3)
    assert (tmp_path / "made" / "tokenizer.json").exists()
