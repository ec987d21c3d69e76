"""`codingit connect`: the configuration with which an agent or editor starts `codingit mcp`, shown or written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_api.cli.failing import UsageError
from search_api.cli.index import find_directory
from search_api.connecting.agents import AGENTS, BY_NAME, Agent, find_surroundings, make_server

if TYPE_CHECKING:
    from search_api.connecting.agents import Entry


@click.command
@click.argument("agents", nargs=-1, metavar="[AGENT]...")
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=".", help="Directory; else this one.")
@click.option("--write", is_flag=True, help="Write the files without asking.")
def connect(agents: tuple[str, ...], directory: Path, write: bool) -> None:
    """Show how an AGENT is given the search, and write it into the agent's file after asking.

    Without AGENT: all that are known, with the file of each. The rest of a file stays as it is; one that cannot be read
    is left alone. Done twice, it changes nothing.

    Examples:

      codingit connect

      codingit connect claude-code

      codingit connect cursor vscode --dir ~/code/shop --write
    """
    root = find_directory(directory)
    if not agents:
        if write:
            raise UsageError("--write needs an agent.", hint=f"Name one or more of: {', '.join(BY_NAME)}.")
        _list(root)
        return
    unknown = [name for name in agents if name not in BY_NAME]
    if unknown:
        raise UsageError(
            f"'{unknown[0]}' is not known.",
            hint=f"Name one or more of: {', '.join(BY_NAME)}. Others take: {' '.join(_command(root))}",
        )
    for name in agents:
        _connect(BY_NAME[name], root, write=write)


def _list(root: Path) -> None:
    at = find_surroundings(root)
    width = max(len(agent.name) for agent in AGENTS)
    for agent in AGENTS:
        click.echo(f"codingit connect {agent.name:<{width}}  {agent.title}: {agent.file(at)}")
    click.echo(f"\nAny other takes this command: {' '.join(_command(root))}")


def _connect(agent: Agent, root: Path, *, write: bool) -> None:
    from search_api.connecting.writing import Outcome, connect, show_entry

    path = agent.file(find_surroundings(root))
    entry: Entry = agent.entry(make_server(root))
    name = agent.server_name(root)
    if not write:
        click.echo(f"# {agent.title}, in {path}:")
        click.echo(show_entry(agent, name, entry))
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return
        if not click.confirm(f"Put this into {path}?"):
            return
    outcome = connect(agent, path, name, entry)
    said = {
        Outcome.MADE: "made",
        Outcome.CHANGED: "changed; all else in it is as it was",
        Outcome.UNCHANGED: "unchanged: it was there",
    }[outcome]
    click.echo(f"{path}: {said}.")


def _command(root: Path) -> list[str]:
    server = make_server(root)
    return [server.command, *server.arguments]
