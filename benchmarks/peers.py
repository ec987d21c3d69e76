"""This project beside other tools, on the same files and queries in the same run.

    python -m benchmarks.peers QUERIES SOURCES --cache FOLDER [--model NAME] [--output RUN.json]

Measured of each: nDCG@10 by category, seconds to index, milliseconds a query (median), memory. What can be had from the
package registries is installed into FOLDER, each in an environment of its own, and what cannot is named in the table
with its reason. Every tool reads the folders in its own way, and is asked by its own interface; `how` says which.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.distilled import write_static_model
from benchmarks.judging import figures_of
from benchmarks.labels import Labelled, read_queries
from benchmarks.quality import judge
from benchmarks.reporting import print_table, save_run
from benchmarks.ripgrep import ask_ripgrep, find_ripgrep
from models.encoder import load_encoder
from models.errors import CodingitError, SetupError
from models.packaged_model import PACKAGED_MODEL_NAME, find_packaged_model

PROGRAMS = Path(__file__).parent / "peer_programs"
SEMBLE = "semble==0.7.0"
TANTIVY = "tantivy==0.27.0"


@dataclass(frozen=True, slots=True)
class Task:
    """What every tool is asked."""

    folders: dict[str, Path]
    queries: Sequence[Labelled]
    cache: Path
    model: str | None

    def document(self, **more: Any) -> str:
        folders = {repo: str(folder) for repo, folder in self.folders.items()}
        asked = [[query.repo, query.query] for query in self.queries]
        return json.dumps({"folders": folders, "queries": asked, **more})


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool: its name, how it is asked, and the answer to a task."""

    name: str
    how: str
    ask: Callable[[Task], dict[str, Any]]


def ask_own(task: Task, mode: str) -> dict[str, Any]:
    document = task.document(mode=mode, model=task.model)
    return ask_program([sys.executable, "-m", "benchmarks.peer_programs.run_own"], document)


def ask_semble(task: Task, alpha: float | None) -> dict[str, Any]:
    python = environment_with(SEMBLE, task.cache)
    document = task.document(model=str(static_model(task.cache)), alpha=alpha)
    # Its own index cache would make the second run free.
    home = {"HOME": str(task.cache / "home"), "XDG_CACHE_HOME": str(task.cache / "home")}
    return ask_program(
        ["env", *(f"{name}={value}" for name, value in home.items()), python, _program("semble")], document
    )


def ask_tantivy(task: Task) -> dict[str, Any]:
    return ask_program([environment_with(TANTIVY, task.cache), _program("tantivy")], task.document())


def ask_grep(task: Task) -> dict[str, Any]:
    return ask_ripgrep(find_ripgrep(task.cache), task.folders, [(each.repo, each.query) for each in task.queries])


PEERS = (
    Peer("ours, hybrid", "in process, embedded PostgreSQL", lambda task: ask_own(task, "hybrid")),
    Peer("ours, full text", "in process, embedded PostgreSQL", lambda task: ask_own(task, "fulltext")),
    Peer(SEMBLE, "in process, static MiniLM", lambda task: ask_semble(task, None)),
    Peer(f"{SEMBLE}, words", "in process, alpha 0", lambda task: ask_semble(task, 0.0)),
    Peer(TANTIVY, "in process, BM25 of whole files", ask_tantivy),
    Peer("ripgrep", "a process a query, files by matches of any word", ask_grep),
)


def measure_peers(peers: Sequence[Peer], task: Task) -> dict[str, dict[str, Any]]:
    """The figures of each tool, or why it could not be measured under `missing`."""
    figures: dict[str, dict[str, Any]] = {}
    for peer in peers:
        print(f"{peer.name} ...", flush=True)
        try:
            figures[peer.name] = {"how": peer.how, **figures_of_answer(peer.ask(task), task.queries)}
        except SetupError as error:
            figures[peer.name] = {"how": peer.how, "missing": error.detail}
    return figures


def figures_of_answer(answer: dict[str, Any], queries: Sequence[Labelled]) -> dict[str, Any]:
    results = zip(queries, answer["results"], strict=True)
    judged = [judge(query, [(path, 0) for path in paths]) for query, paths in results]
    quality = figures_of(judged)
    kept = ("ndcg_at_10", "by_category", "by_language", "by_repo")
    measured = {name: value for name, value in answer.items() if name not in ("results", "query_ms")}
    return {
        **{name: quality[name] for name in kept},
        **measured,
        "query_ms_p50": median(answer["query_ms"]),
        "per_query": [one.row() for one in judged],
    }


def print_peers(figures: dict[str, dict[str, Any]]) -> None:
    measured = [each for each in figures.values() if "missing" not in each]
    categories = sorted({category for each in measured for category in each["by_category"]})
    rows = []
    for name, each in figures.items():
        if "missing" in each:
            rows.append((name, f"not measured: {each['missing']}", *[""] * (len(categories) + 4)))
            continue
        server = each.get("server_mb")
        memory = f"{each['peak_mb']:.0f}" + (f" + {server:.0f}" if server is not None else "")
        quality = [each["ndcg_at_10"], *[each["by_category"].get(category, "") for category in categories]]
        rows.append((name, each["how"], *quality, each["index_seconds"], each["query_ms_p50"], memory))
    header = ("tool", "how", "nDCG@10", *categories, "index s", "query ms", "MB (+ server)")
    print_table("nDCG@10 by category, time to index, median of a query, peak memory", header, rows)


def ask_program(command: Sequence[str | Path], document: str) -> dict[str, Any]:
    """Run a program of the protocol in peer_programs. Raises SetupError with its last words."""
    done = subprocess.run([*map(str, command)], input=document, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        raise SetupError(f"It ended with {done.returncode}: {said[0][:200]}", hint="Run it by hand to see more.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def environment_with(requirement: str, cache: Path) -> Path:
    """The Python of an environment that has this package alone, made when it is not there. Raises SetupError."""
    folder = cache / "environments" / requirement.replace("==", "-")
    python = folder / "bin" / "python"
    if (folder / "installed").exists():
        return python
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
            raise SetupError(f"{requirement} could not be installed: {said[0][:200]}", hint="Look at the network.")
    (folder / "installed").touch()
    return python


def static_model(cache: Path) -> Path:
    """A static model that needs no hub, made of the packaged transformer once. Raises ModelError."""
    folder = cache / "static-minilm"
    if not (folder / "config.json").exists():
        write_static_model(find_packaged_model(), load_encoder(PACKAGED_MODEL_NAME).encode_documents, folder)
    return folder


def _program(name: str) -> Path:
    return PROGRAMS / f"run_{name}.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="what is installed and made for this is kept here")
    parser.add_argument("--model", help="our encoder by name or folder; else the default")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    from benchmarks.plotting import plot_comparison  # matplotlib takes a second to import

    try:
        queries = read_queries(arguments.queries)
        folders = {repo: (arguments.sources / repo).resolve() for repo in sorted({each.repo for each in queries})}
        cache = arguments.cache.resolve()
        cache.mkdir(parents=True, exist_ok=True)
        figures = measure_peers(PEERS, Task(folders, queries, cache, arguments.model))
    except CodingitError as error:
        parser.exit(1, f"{error.detail} {error.hint}\n")
    print_peers(figures)
    path = save_run("peers", figures, arguments.output)
    bars = {name: each["by_category"] for name, each in figures.items() if "missing" not in each}
    plot_comparison(bars, f"nDCG@10 by category, {len(queries)} queries", path.with_suffix(".png"))


if __name__ == "__main__":
    main()
