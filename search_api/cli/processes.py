"""`codingit serve`, `worker` and `migrate`: the parts of the service, each for itself, as an operator runs them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading

import click

with_parent_option = click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")


@click.command
@click.option("--host", help="Address to listen on; else CODINGIT_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; else CODINGIT_PORT.")
@click.option("--listener", type=int, hidden=True, help="A socket that listens already.")
@with_parent_option
def serve(host: str | None, port: int | None, listener: int | None, with_parent: bool) -> None:
    """Answer HTTP until interrupted; the database must have been migrated.

    Examples:

      codingit serve

      DATABASE_URL=postgresql://... codingit serve --host 0.0.0.0 --port 8000
    """
    follow_parent(with_parent)
    from search_api.serving import serve as run
    from search_api.settings import read_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = read_settings(**given)
    _log_to_stderr(settings.log_level)
    run(settings, None if listener is None else socket.socket(fileno=listener))


@click.command
@with_parent_option
def worker(with_parent: bool) -> None:
    """Index what is stale until interrupted; any number of workers share the work, on any number of machines.

    Examples:

      codingit worker

      DATABASE_URL=postgresql://... codingit worker
    """
    follow_parent(with_parent)
    from search_api.serving import work
    from search_api.settings import read_settings

    settings = read_settings()
    _log_to_stderr(settings.log_level)
    work(settings)


@click.command
def migrate() -> None:
    """Bring the database to this version's schema, in one transaction; safe to run again.

    Examples:

      codingit migrate

      DATABASE_URL=postgresql://owner@db.example.org/app codingit migrate
    """
    from search_api.serving import database_url
    from search_api.settings import read_settings
    from sql.migrating import migrate as run

    with database_url(read_settings()) as url:
        done = run(url)
    for version in done.applied:
        click.echo(f"applied {version}")
    migrations = "1 migration" if len(done.applied) == 1 else f"{len(done.applied)} migrations"
    click.echo(f"{migrations} applied, {len(done.repeated)} repeatable files run.")


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(
        level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    # One line a request is what a proxy logs; at debug it is wanted here too.
    if level != "debug":
        for chatty in ("httpx", "sentence_transformers", "watchfiles"):
            logging.getLogger(chatty).setLevel(logging.WARNING)


def follow_parent(with_parent: bool) -> None:
    """End like by SIGTERM when the parent is gone, whichever way it went."""
    if not with_parent:
        return

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="follow-parent", daemon=True).start()
