"""`codingit status`: how far the index is, and which files it could not take."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from search_api.cli.failing import UsageError, printable
from search_api.cli.printing import print_json
from search_api.cli.session import find_session, open_client


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts and lists, for programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show the progress until nothing is pending.")] = False,
) -> None:
    """Say where the service is, how far its index is, and which files it could not take.

    Examples:

      codingit status

      codingit status --watch

      codingit status --json
    """
    if watch and as_json:
        raise UsageError("--watch is for people and --json for programs; use one of them.")
    session = find_session()
    with open_client(session) as client:
        if watch:
            from search_api.cli.progress import follow_indexing

            state = follow_indexing(client, None)
        else:
            state = client.index_status()
    if as_json:
        print_json({"url": session.url, **asdict(state)})
        return
    typer.echo(f"Service    {session.url}")
    typer.echo(f"Files      {state.files}: {state.indexed} indexed, {state.pending} pending, {state.failed} failed, "
               f"{state.skipped} not indexed")  # fmt: skip
    typer.echo(f"Chunks     {state.chunks}")
    for failure in state.failures:
        typer.echo(printable(f"  failed {failure.path}: {failure.error} (tried {failure.attempts} times)"))
    for skip in state.skips:
        typer.echo(printable(f"  not indexed {skip.path}: {skip.reason}"))
