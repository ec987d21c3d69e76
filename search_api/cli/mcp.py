"""`codingit mcp`: the search as tools for an agent that starts this command, for the directory that it works in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from search_api.cli.failing import UsageError
from search_api.cli.index import find_directory
from search_api.cli.progress import say
from search_api.cli.session import Session, find_session
from search_api.data_dir import find_data_dir


class GivenSession:
    """The service that the environment names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def session(self) -> Session:
        return self._session

    def lose(self, session: Session) -> None:
        """There is no other."""


@click.command
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--project", help="Title of the project; else the directory's name.")
def mcp(directory: Path | None, project: str | None) -> None:
    """Serve the tools of the Model Context Protocol on standard input and output, until the input ends.

    An agent starts this itself: 'codingit connect' writes its configuration. DIRECTORY (default: here) is indexed and
    kept up to date. The running service of this machine answers, shared by all agents; when there is none, it is
    started, and ends with the last of them. With CODINGIT_URL and CODINGIT_TOKEN that service is asked, and no file is
    sent to it.

    Examples:

      codingit mcp ~/code/shop

      CODINGIT_URL=https://search.example.org CODINGIT_TOKEN=cik_... codingit mcp --project shop
    """
    if os.environ.get("CODINGIT_URL") or os.environ.get("CODINGIT_TOKEN"):
        _serve_remote(directory, project)
    else:
        _serve_local(directory, project)


def choose_root(directory: Path | None, here: Path, home: Path) -> Path | None:
    """The directory that was named, else the current one; never a whole home or disk, unless it was named."""
    if directory is not None:
        return find_directory(directory)
    here = here.resolve()
    return None if home.resolve().is_relative_to(here) else here


def _serve_remote(directory: Path | None, project: str | None) -> None:
    from search_api.mcp.forwarding import Forwarder
    from search_api.mcp.stdio import serve_stdio

    session = find_session()
    root = None if directory is None else find_directory(directory)
    serve_stdio(Forwarder(GivenSession(session), root=root, project=project).call)


def _serve_local(directory: Path | None, project: str | None) -> None:
    root = choose_root(directory, Path.cwd(), Path.home())
    if root is None and directory is None:
        say("Started in a home folder or at the root: nothing is indexed. Name a directory: codingit mcp DIR")
    if root is None and project is not None:
        raise UsageError("--project names the project of a directory.", hint="Name the directory too.")
    from search_api.mcp.companion import Companion

    companion = Companion(find_data_dir(), root, say, project)
    companion.start()
    try:
        # Loaded while the service starts.
        from search_api.mcp.forwarding import Forwarder
        from search_api.mcp.stdio import serve_stdio

        serve_stdio(Forwarder(companion, root=root, project=companion.place.project).call)
    finally:
        companion.stop()
