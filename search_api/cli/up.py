"""`codingit up`: the whole service with one command, and what it says on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from search_api.cli.index import find_directory


def up(
    directory: Annotated[Path, typer.Argument(help="The code to index.")] = Path(),
    query: Annotated[str | None, typer.Option(help="What to search for when it is indexed; else a name of it.")] = None,
    project: Annotated[str | None, typer.Option(help="Title of the project; else the directory's name.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Exactly this port; 0 takes a free one.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the results: 0 when there are some, else 1.")] = False,
) -> None:
    """Start everything, index DIRECTORY, show what a search finds, and serve until interrupted.

    The database is an embedded PostgreSQL, or the one that DATABASE_URL names. Edits in DIRECTORY are indexed as they
    happen. Ctrl-C stops what was started. The next start indexes only what has changed.

    Examples:

      codingit up

      codingit up ~/code/shop --query "where are prices rounded"

      codingit up ~/code/shop --once
    """
    root = find_directory(directory)
    from search_api.starting import Start, start_up

    raise typer.Exit(start_up(Start(root, query or None, project, port, once)))
