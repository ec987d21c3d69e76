"""The composition root: from settings to an open database, an encoder, the app and the worker."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from indexer.maintenance import Maintenance
from indexer.worker import Worker
from models.errors import CodingitError, SetupError
from search_api.active_encoder import ActiveEncoder
from search_api.auth import make_authenticator
from search_api.configured_model import load_active_encoder, load_companion, load_configured_encoder
from search_api.data_dir import find_closed_folder
from search_api.encoding_queue import EncodingQueue
from search_api.http.app import create_app, queue_of
from search_api.interruption import Interruption
from search_api.settings import Settings, load_or_create_secret
from sql.accounts import DatabaseAccounts
from sql.database import Database
from sql.server import EmbeddedServer

log = logging.getLogger("codingit")

# Requests that are answered when the service stops are let finish, streams say goodbye; then they are cut off.
SHUTDOWN_SECONDS = 3
# After this long the texts that still wait are refused with 503, which leaves time to say so.
DRAIN_SECONDS = 2.0


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Where the database is, as the owner: the one that is named, or the embedded one for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    closed = find_closed_folder(settings.data_dir)
    if closed is not None:
        raise SetupError(
            f"The embedded server runs under an account of its own, which may not enter {closed}.",
            hint="Name a folder that all may enter, such as /var/lib/codingit, with CODINGIT_DATA_DIR.",
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with EmbeddedServer(settings.data_dir / "postgres").running() as address:
        yield address.url()


def service_url(settings: Settings, owner_url: str) -> str:
    """The same database as the login role that owns nothing, where there is one."""
    if settings.service_database_url is not None:
        return settings.service_database_url.get_secret_value()
    if settings.database_url is None:
        return owner_url.replace("//postgres@", "//codingit_api@", 1)
    return owner_url


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret for tokens, made for this data directory when none is set."""
    if settings.jwt_secret is not None or settings.jwks is not None or settings.jwks_url is not None:
        return settings
    return settings.model_copy(update={"jwt_secret": load_or_create_secret(settings.data_dir)})


def serve(settings: Settings, listener: socket.socket | None = None) -> None:
    """Answer HTTP until SIGTERM or SIGINT, on the given socket or on the address of the settings."""
    stop = _stop_by_signal()
    with database_url(settings) as owner_url, _open(settings, service_url(settings, owner_url)) as database:
        encoder = ActiveEncoder(database, lambda active: load_active_encoder(settings, active))
        authenticator = make_authenticator(with_secret(settings), DatabaseAccounts(database))
        app = create_app(database, encoder, authenticator, settings)
        # Loaded beside the first requests, so that none of them waits for seconds.
        threading.Thread(target=_load_early, args=(encoder,), daemon=True).start()
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            # The app logs its requests itself.
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        if not stop.is_set():
            Server(config, queue_of(app), stop).run(sockets=None if listener is None else [listener])


class Server(uvicorn.Server):
    """Tells the queue of texts when it begins to stop, so that who waits there is answered instead of cut off.

    A signal that came before its own handlers were there has set `stop`, and ends it as well.
    """

    def __init__(self, config: uvicorn.Config, queue: EncodingQueue, stop: threading.Event) -> None:
        super().__init__(config)
        self._queue = queue
        self._stop = stop

    async def main_loop(self) -> None:
        self.should_exit = self.should_exit or self._stop.is_set()
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._queue.refuse()
        timer = threading.Timer(DRAIN_SECONDS, self._queue.close)
        timer.start()
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()


def work(settings: Settings) -> None:
    """Index until SIGTERM or SIGINT."""
    interruption = Interruption()
    with interruption.handled(), database_url(settings) as owner_url:
        url = service_url(settings, owner_url)
        try:
            # Loading takes seconds, and nothing is lost when it is cut short.
            with interruption.allowed():
                encoder = load_configured_encoder(settings)
        except KeyboardInterrupt:
            return
        dimensions = encoder.identity.dimensions
        with Database(url, application="codingit-worker", vectors=True, max_size=4) as database:
            Worker(
                database,
                encoder,
                load_active=lambda active: load_companion(settings, active),
                on_idle=Maintenance(owner_url, dimensions).start,
            ).run(interruption.requested)


def _stop_by_signal() -> threading.Event:
    """Set by the signals, which would otherwise end the process before it has let go of the database's server.

    uvicorn handles them itself while it runs, and raises them again when it is done.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _load_early(encoder: ActiveEncoder) -> None:
    try:
        encoder.refresh()
    except CodingitError as error:
        # Whoever searches is told; here it is only early.
        log.warning("the model is not loaded yet: %s", error.detail)


@contextmanager
def _open(settings: Settings, url: str) -> Iterator[Database]:
    with Database(
        url,
        application="codingit-api",
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        wait_seconds=settings.pool_timeout_ms / 1000,
    ) as database:
        yield database
