"""`codingit up`: the whole service with one command, and what it says on the way."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from search_api.cli.index import find_directory
from search_api.cli.processes import follow_parent


@click.command
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--query", help="What to search for when it is indexed; else a name of it.")
@click.option("--project", help="Title of the project; else the directory's name.")
@click.option("--port", type=click.IntRange(0, 65535), help="Exactly this port; 0 takes a free one.")
@click.option("--service-only", is_flag=True, hidden=True, help="Index no directory.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
@click.option("--once", is_flag=True, help="End after the results: 0 when there are some, else 1.")
def up(
    directory: Path,
    query: str | None,
    project: str | None,
    port: int | None,
    service_only: bool,
    with_parent: bool,
    once: bool,
) -> None:
    """Start everything, index DIRECTORY, show what a search finds, and serve until interrupted.

    The database is an embedded PostgreSQL, or the one that DATABASE_URL names. Edits in DIRECTORY are indexed as they
    happen. Ctrl-C stops what was started. The next start indexes only what has changed.

    Examples:

      codingit up

      codingit up ~/code/shop --query "where are prices rounded"

      codingit up ~/code/shop --once
    """
    follow_parent(with_parent)
    root = None if service_only else find_directory(directory)
    from search_api.starting import Start, start_up

    sys.exit(start_up(Start(root, query or None, project, port, once)))
