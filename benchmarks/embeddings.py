"""How many texts a second /v1/embeddings encodes for one client and for eight, and what a search takes beside a bulk.

    python -m benchmarks.embeddings [SOURCES ...] [--model NAME] [--seconds 10]
    python -m benchmarks.embeddings --compare BEFORE.json AFTER.json

Each client sends one text a request over a connection that it keeps, and the next when it is answered, for `--seconds`:
a line of code, or a chunk of some forty lines. What is above the throughput of one client is what encoding together
gives. Then one client sends 256 chunks a request while another searches. The API runs in a process of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sysconfig
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.api import RunningApi, running_api
from benchmarks.reporting import compare_runs, percentile, print_table, save_run
from benchmarks.words import NAME, encoder_by_name
from benchmarks.workspace import Workspace, read_directory, workspace
from indexer.worker import Worker
from models.locating import DEFAULT_MODEL_NAME
from sql.database import Database

CLIENTS = (1, 8)
ROUNDS = 5
SECONDS = 10.0
LINES_OF_A_CHUNK = 40
TEXTS = 2_000
BULK = 256
SEARCHES = 30
FILES = 20
QUERY = "where is the connection closed"

Send = Callable[[], None]


def run(sources: Sequence[Path], model: str, seconds: float) -> dict[str, Any]:
    """The figures: texts a second by kind of text and number of clients, and milliseconds of a search."""
    texts = {
        kind: list(islice(found, TEXTS)) for kind, found in (("line", _lines(sources)), ("chunk", _chunks(sources)))
    }
    with workspace() as place:
        _index(place, model, texts["chunk"][:FILES])
        with running_api(place.url, model) as api:
            token = api.token_of(place.user_id)
            figures: dict[str, Any] = {kind: _throughput(api, token, texts[kind], seconds) for kind in texts}
            figures["search"] = _searches(api, token, texts["chunk"])
    return figures


@dataclass(slots=True)
class Tally:
    """What some clients were answered, in how long, and what it cost the service's process."""

    texts: int = 0
    seconds: float = 0.0
    processor_seconds: float | None = 0.0

    def figures(self) -> dict[str, float]:
        found = {"texts_per_second": self.texts / self.seconds}
        if self.processor_seconds is not None:
            found["processor_ms"] = 1000 * self.processor_seconds / self.texts
        return found


def _throughput(api: RunningApi, token: str, texts: Sequence[str], seconds: float) -> dict[str, Any]:
    tallies = {clients: Tally() for clients in CLIENTS}
    # In turns, so that what else the machine does meanwhile falls on both.
    for _ in range(ROUNDS):
        for clients, tally in tallies.items():
            _ask(api, token, texts, clients, seconds / ROUNDS, tally)
    figures = {f"clients_{clients}": tally.figures() for clients, tally in tallies.items()}
    least, most = (figures[f"clients_{clients}"] for clients in (CLIENTS[0], CLIENTS[-1]))
    ratios = {"ratio": most["texts_per_second"] / least["texts_per_second"]}
    if "processor_ms" in most:
        ratios["processor_ratio"] = least["processor_ms"] / most["processor_ms"]
    return {**figures, **ratios}


def _ask(api: RunningApi, token: str, texts: Sequence[str], clients: int, seconds: float, tally: Tally) -> None:
    def ask(number: int) -> int:
        done = 0
        with closing(Connection(api, token)) as connection:
            for text in cycle(texts[number::clients]):
                connection.embed([text])
                done += 1
                if perf_counter() >= until:
                    break
        return done

    computed, started = api.processor_seconds(), perf_counter()
    until = started + seconds
    with ThreadPoolExecutor(clients) as pool:
        tally.texts += sum(pool.map(ask, range(clients)))
    tally.seconds += perf_counter() - started
    after = api.processor_seconds()
    if tally.processor_seconds is None or computed is None or after is None:
        tally.processor_seconds = None
    else:
        tally.processor_seconds += after - computed


def _searches(api: RunningApi, token: str, chunks: Sequence[str]) -> dict[str, float]:
    alone = _search_times(api, token, "alone")
    stop = threading.Event()

    def bulk() -> int:
        sent = 0
        with closing(Connection(api, token)) as connection:
            while not stop.is_set():
                connection.embed(chunks[:BULK])
                sent += 1
        return sent

    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(bulk)
        beside = _search_times(api, token, "beside")
        stop.set()
        bulks = sent.result()
    return {
        **{f"alone_p{share}_ms": percentile(alone, share) for share in (50, 95)},
        **{f"beside_p{share}_ms": percentile(beside, share) for share in (50, 95)},
        "bulk_requests": bulks,
    }


def _search_times(api: RunningApi, token: str, word: str) -> list[float]:
    """Each query is another: the service remembers the vectors of those that were asked."""
    times = []
    with closing(Connection(api, token)) as connection:
        for number in range(SEARCHES):
            started = perf_counter()
            connection.post("/v1/search/code", {"query": f"{QUERY} {word} {number}"})
            times.append((perf_counter() - started) * 1000)
    return times


class Connection:
    """One client; its own work is little beside the service's."""

    def __init__(self, api: RunningApi, token: str) -> None:
        self._http = http.client.HTTPConnection(api.host, api.port, timeout=600)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def close(self) -> None:
        self._http.close()

    def embed(self, texts: Sequence[str]) -> None:
        wanted = {"model": "default", "input": texts, "encoding_format": "base64", "truncate": True}
        self.post("/v1/embeddings", wanted)

    def post(self, path: str, body: dict[str, Any]) -> None:
        self._http.request("POST", path, json.dumps(body), self._headers)
        reply = self._http.getresponse()
        text = reply.read()
        if reply.status != http.client.OK:
            raise SystemExit(f"The service answered {reply.status}: {text[:500].decode()}")


def _index(place: Workspace, model: str, chunks: Sequence[str]) -> None:
    """Something to search, so that a query is encoded."""
    with psycopg.connect(place.url) as connection:
        for number, chunk in enumerate(chunks):
            connection.execute(
                "insert into workspace_files (user_id, path, name, content) values (%s, %s, %s, %s)",
                (place.user_id, f"/{number}.py", f"{number}.py", chunk),
            )
    with Database(place.url, vectors=True) as database:
        Worker(database, encoder_by_name(model)).run_until_idle()


def _lines(sources: Sequence[Path]) -> Iterator[str]:
    for text in _texts(sources):
        yield from (line.strip() for line in text.splitlines() if len(line.strip()) > 20)


def _chunks(sources: Sequence[Path]) -> Iterator[str]:
    for text in _texts(sources):
        lines = text.splitlines()
        for start in range(0, len(lines) - LINES_OF_A_CHUNK, LINES_OF_A_CHUNK):
            yield "\n".join(lines[start : start + LINES_OF_A_CHUNK])


def _texts(sources: Sequence[Path]) -> Iterator[str]:
    for source in sources or [Path(sysconfig.get_paths()["stdlib"])]:
        for file in read_directory(source):
            if file.found.path.endswith(".py"):
                yield file.text


def _row(kind: str, figures: dict[str, Any]) -> tuple[object, ...]:
    cells = [figures[f"clients_{clients}"] for clients in CLIENTS]
    return (
        kind,
        *(cell["texts_per_second"] for cell in cells),
        figures["ratio"],
        *(cell.get("processor_ms", "") for cell in cells),
        figures.get("processor_ratio", ""),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="*")
    parser.add_argument("--model", default=DEFAULT_MODEL_NAME, help=f"as CODINGIT_MODEL names one, or '{NAME}'")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each kind of text and number of clients")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    figures = run(arguments.sources, arguments.model, arguments.seconds)
    print_table(
        f"texts a second, {arguments.model}",
        ("text", "1 client", "8 clients", "ratio", "ms of processor, 1", "8", "ratio"),
        [_row(kind, figures[kind]) for kind in ("line", "chunk")],
    )
    search = figures["search"]
    print_table(
        "a search, ms",
        ("", "p50", "p95"),
        [(name, search[f"{name}_p50_ms"], search[f"{name}_p95_ms"]) for name in ("alone", "beside")],
    )
    save_run("embeddings", figures, arguments.output)


if __name__ == "__main__":
    main()
