"""In which order a service on somebody's own machine starts, what it shows when it is up, and that it stops whole."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from indexer.file_store import Project
from indexer.hash_cache import HashCache
from indexer.syncing import sync_directory
from models.errors import SetupError
from models.tokens import split_identifier
from search_api.auth import make_token
from search_api.children import api_program, listen, tend_and_warm, wait_until_answering, worker_program
from search_api.cli.failing import ExitCode
from search_api.cli.page import page_link
from search_api.cli.printing import print_code_reply
from search_api.cli.progress import clear_line, follow_indexing, say, show_sync, summarise
from search_api.cli.project_titles import title_of
from search_api.cli.session import Session, remove_session, save_session
from search_api.client import ApiClient
from search_api.following import follow_directory
from search_api.interruption import Interruption
from search_api.local import OnlyOne, local_email, own_command
from search_api.serving import database_url, with_secret
from search_api.settings import Settings, read_settings
from search_api.supervising import Supervisor
from sql.local_user import common_symbols, find_or_create_user
from sql.migrating import migrate

# The token of the command line holds as long as a service may run; it is in a file of its owner alone.
TOKEN_SECONDS = 366 * 86400
TEND_SECONDS = 0.5
SHOWN_RESULTS = 3


@dataclass(frozen=True, slots=True)
class Start:
    """What `codingit up` was asked for."""

    # Without one, the service is started alone.
    directory: Path | None
    query: str | None = None
    project: str | None = None
    port: int | None = None
    once: bool = False


def start_up(start: Start) -> ExitCode:
    """Serve until interrupted, or until the results are shown; everything that was started has ended then."""
    settings = with_secret(read_settings())
    interruption = Interruption()
    with interruption.handled(), ExitStack() as stack:
        stack.enter_context(OnlyOne(settings.data_dir, start.directory))
        # Neither a half-started nor a half-stopped server: signals wait until these are through.
        owner_url = stack.enter_context(database_url(settings))
        supervisor = Supervisor(say, whole=interruption.deferred)
        stack.callback(remove_session, settings.data_dir, os.getpid())
        stack.callback(supervisor.stop)
        stack.callback(_say_stopping, start, interruption)
        try:
            with interruption.allowed():
                return _run(start, settings, owner_url, supervisor, stack)
        except KeyboardInterrupt:
            return ExitCode.INTERRUPTED


def _run(start: Start, settings: Settings, owner_url: str, supervisor: Supervisor, stack: ExitStack) -> ExitCode:
    migrated = migrate(owner_url, only_when_changed=True)
    if migrated.applied:
        count = len(migrated.applied)
        say(f"Database: {count} {'migration' if count == 1 else 'migrations'} applied.")
    user_id = find_or_create_user(owner_url, local_email(embedded=settings.database_url is None))
    listener = stack.enter_context(listen(settings, start.port))
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    supervisor.start(api_program(settings, listener))
    # A worker takes the processor for seconds while it loads its model. Where everything may be indexed already, the
    # API goes first.
    worker = worker_program(settings)
    if migrated.applied:
        supervisor.start(worker)
    session = Session(wait_until_answering(settings, supervisor), _token(settings, user_id), str(user_id), os.getpid())
    save_session(session, settings.data_dir)
    if start.directory is None:
        if worker.name not in supervisor.names():
            supervisor.start(worker)
        say(f"Serving at {session.url}.")
        _tend(supervisor)
        return ExitCode.OK
    directory = start.directory
    with ApiClient(session.url, session.token) as client:
        project = client.find_or_create_project(title_of(directory, settings.data_dir, start.project))
        cache = HashCache()
        report = sync_directory(directory, client, project, progress=show_sync, cache=cache)
        clear_line()
        say(f"{directory}: {summarise(report)}")
        begun = time.monotonic()
        if not migrated.applied and not _is_indexed(client, project, report.files):
            supervisor.start(worker)
        # A first start: the API could not load the model before there was an index to say which.
        tend = tend_and_warm(session.url, supervisor)
        status = follow_indexing(client, project.id, expected_files=report.files, tend=tend)
        say(f"Indexed: {status.files} files, {status.chunks} chunks, in {time.monotonic() - begun:.0f} s.")
        for failure in status.failures[:10]:
            say(f"  failed {failure.path}: {failure.error}")
        query = start.query or _example_query(directory, project, owner_url)
        found = _show_example(query, client, project)
    if start.once:
        return ExitCode.OK if found else ExitCode.FAILED
    if worker.name not in supervisor.names():
        supervisor.start(worker)
    stack.enter_context(follow_directory(directory, session, project, cache, say))
    with ApiClient(session.url, session.token) as client:
        link = page_link(session.url, client)
    say(f"Serving at {session.url} and watching {directory}. Ctrl-C stops it.")
    say(f'Ask from another shell:  {own_command()} search "..."')
    say(f"Let an agent ask:        {own_command()} connect")
    say(f"Ask in a browser:        {link} (works once; '{own_command()} page' prints another)")
    _tend(supervisor)
    return ExitCode.OK


def _tend(supervisor: Supervisor) -> None:
    """Until interrupted."""
    try:
        while True:
            supervisor.tend()
            time.sleep(TEND_SECONDS)
    except KeyboardInterrupt:
        # That is how it is meant to end, so it is no failure.
        return


def _is_indexed(client: ApiClient, project: Project, files: int) -> bool:
    status = client.index_status(project.id)
    return status.pending == 0 and status.files >= files


def _show_example(query: str, client: ApiClient, project: Project) -> bool:
    reply = client.search_code(query, project_id=project.id, limit=SHOWN_RESULTS)
    say(f'\n$ {own_command()} search "{query}"')
    print_code_reply(reply, query)
    # In a pipe it would wait there until the service ends.
    sys.stdout.flush()
    return bool(reply.results)


def _example_query(directory: Path, project: Project, owner_url: str) -> str:
    """The words of a name that the code has and often says, in the way that a person would ask for it."""
    names = common_symbols(owner_url, UUID(project.id))
    words = split_identifier(names[0]) if names else [directory.name or "main"]
    return " ".join(word.lower() for word in words)


def _token(settings: Settings, user_id: UUID) -> str:
    if settings.jwt_secret is None:
        raise SetupError(
            "'up' signs tokens of its own, and this environment takes those of another issuer.",
            hint="Unset CODINGIT_JWKS and CODINGIT_JWKS_URL, or run 'codingit serve' and 'codingit worker'.",
        )
    return make_token(
        settings.jwt_secret,
        user_id,
        audience=settings.jwt_audience,
        issuer=settings.jwt_issuer,
        lifetime_seconds=TOKEN_SECONDS,
    )


def _say_stopping(start: Start, interruption: Interruption) -> None:
    if interruption.asked or not start.once:
        say("\nStopping.")
