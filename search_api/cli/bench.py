"""`codingit bench`: what the running service is worth on one's own code, in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_api.cli.failing import UsageError, printable
from search_api.cli.index import find_directory
from search_api.cli.printing import print_json
from search_api.cli.session import Session, find_session, open_client

if TYPE_CHECKING:
    from search_api.measuring import Found, Measured

SHOWN_MISSES = 5


@click.command
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--project", help="Title of the project that DIRECTORY is; else the one it was indexed as.")
@click.option("--requests", type=click.IntRange(3, 10_000), default=150, show_default=True, help="Questions asked.")
@click.option("--clients", type=click.IntRange(1, 64), default=8, show_default=True, help="Clients at once.")
@click.option("--mode", type=click.Choice(["hybrid", "vector", "fulltext", "fuzzy"]), default="hybrid",
              show_default=True, help="How to look.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures and what was not found, for programs.")
def bench(directory: Path, project: str | None, requests: int, clients: int, mode: str, as_json: bool) -> None:
    """Measure how well and how fast the running service finds what is in DIRECTORY, which it has indexed.

    The questions are made of the code itself: names that it defines, the same misspelt, and first sentences of its
    documentation, so that the right answer to each is known. Sentences stand in the code as they are asked: this is a
    check of a service on your code, not a measure of how well it understands people.

    Examples:

      codingit bench ~/code/shop

      codingit bench ~/code/shop --requests 500 --clients 16 --json
    """
    root = find_directory(directory)
    from indexer.walking import FoundFile, ReadFile, read_file, walk_directory
    from search_api.known_items import known_items
    from search_api.measuring import measure

    session = find_session()
    found = (read_file(each) for each in walk_directory(root) if isinstance(each, FoundFile))
    items = known_items(((file.found.path, file.text) for file in found if isinstance(file, ReadFile)), requests)
    if not items:
        raise UsageError(f"There is nothing in {root} to ask for.", hint="Name a directory with code.")
    project_id = _project_id(session, root, project)
    measured = measure(lambda: _asking(session, project_id, mode), items, clients)
    if as_json:
        print_json(asdict(measured))
    else:
        _print(measured)


@contextmanager
def _asking(session: Session, project_id: str, mode: str) -> Iterator[Callable[[str], Found]]:
    with open_client(session) as client:

        def ask(query: str) -> Found:
            answer = client.search_code(query, project_id=project_id, mode=mode)
            return [(result.path, result.symbol) for result in answer.results]

        yield ask


def _project_id(session: Session, root: Path, wanted: str | None) -> str:
    """The project that the directory is; it has been indexed, since asking otherwise measures nothing."""
    from search_api.cli.project_titles import known_title
    from search_api.data_dir import find_data_dir

    title = wanted or known_title(root, find_data_dir()) or root.name
    with open_client(session) as client:
        found = client.list_projects(title=title, limit=1)
        if not found.items:
            raise UsageError(
                f"The service has no project '{title}'.",
                hint=f"Index it: codingit index {root}, or name it: --project.",
            )
        project = found.items[0]
        status = client.index_status(project.id)
    if status.pending:
        raise UsageError(
            f"{status.pending} of {status.files} files are not indexed yet.", hint="Wait: codingit status --watch."
        )
    return project.id


def _print(measured: Measured) -> None:
    click.echo("asked for                questions   first  in ten  MRR@10")
    for asked, quality in measured.quality.items():
        shares = f"{quality.first:>6.3f}  {quality.among_ten:>6.3f}  {quality.mrr:>6.3f}"
        click.echo(f"{asked.value:<24} {quality.asked:>9}  {shares}")
    speed = measured.speed
    click.echo(
        f"\none client               p50 {speed.p50_ms:.1f} ms, p95 {speed.p95_ms:.1f} ms, p99 {speed.p99_ms:.1f} ms"
    )
    click.echo(f"{speed.clients} clients at once        {speed.requests_per_second:.0f} requests/s")
    for item in measured.missed[:SHOWN_MISSES]:
        click.echo(printable(f"  not in ten: {item.query!r} ({item.asked.value} of {item.name}, {item.path})"))
