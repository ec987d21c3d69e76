"""`codingit status`: how far the index is, and which files it could not take."""

from __future__ import annotations

from itertools import groupby

import click

from search_api.cli.failing import UsageError, printable
from search_api.cli.printing import print_json
from search_api.cli.session import find_session, open_client

# Of each reason: generated code comes by the hundred, and what is odd must not drown in it.
SHOWN_SKIPS = 5


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print the counts and lists, for programs.")
@click.option("--watch", is_flag=True, help="Show the progress until nothing is pending.")
def status(as_json: bool, watch: bool) -> None:
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
        from search_api.client import to_document

        print_json({"url": session.url, **to_document(state)})
        return
    click.echo(f"Service    {session.url}")
    click.echo(f"Files      {state.files}: {state.indexed} indexed, {state.pending} pending, {state.failed} failed, "
               f"{state.skipped} not indexed")  # fmt: skip
    click.echo(f"Chunks     {state.chunks}")
    for failure in state.failures:
        click.echo(printable(f"  failed {failure.path}: {failure.error} (tried {failure.attempts} times)"))
    for reason, skips in groupby(
        sorted(state.skips, key=lambda each: (each.reason, each.path)), lambda each: each.reason
    ):
        paths = [each.path for each in skips]
        for path in paths[:SHOWN_SKIPS]:
            click.echo(printable(f"  not indexed {path}: {reason}"))
        if len(paths) > SHOWN_SKIPS:
            click.echo(printable(f"  not indexed, {len(paths) - SHOWN_SKIPS} more: {reason}"))
    if state.skipped > len(state.skips):
        click.echo(f"  not indexed, {state.skipped - len(state.skips)} more that are not listed")
