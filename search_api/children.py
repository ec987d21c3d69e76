"""The two processes of a local service: how each is called, on which port, and when the API answers."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from models.errors import SetupError
from search_api.settings import Settings
from search_api.supervising import Program, Supervisor

START_SECONDS = 90.0
POLL_SECONDS = 0.1
WARM_SECONDS = 1.0
# Who has this many services on neighbouring ports has a reason to name one.
PORTS_TRIED = 50
BACKLOG = 256


def api_program(settings: Settings, listener: socket.socket) -> Program:
    """The API on a socket of the parent's: nobody else gets the port, and who asks while it is restarted only waits."""
    arguments = ("serve", "--host", settings.host, "--port", str(settings.port), "--listener", str(listener.fileno()))
    return _program("api", arguments, settings, listener.fileno())


def worker_program(settings: Settings) -> Program:
    return _program("worker", ("worker",), settings)


def listen(settings: Settings, wanted: int | None, environment: Mapping[str, str] = os.environ) -> socket.socket:
    """Listen on exactly the port that was asked for, else on the next free one. Raises SetupError."""
    named = wanted is not None or bool(environment.get("CODINGIT_PORT"))
    first = settings.port if wanted is None else wanted
    only_one = named or first == 0
    for port in range(first, min(first + (1 if only_one else PORTS_TRIED), 65536)):
        listener = _try_to_listen(settings.host, port)
        if listener is not None:
            return listener
    if only_one:
        raise SetupError(
            f"Port {first} of {settings.host} is taken or not allowed.", hint="Name another, or 0 for a free one."
        )
    raise SetupError(f"No port from {first} on is free on {settings.host}.", hint="Name one with --port.")


def address_of(settings: Settings) -> str:
    """The address to ask at; a service that listens everywhere is asked on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def wait_until_answering(settings: Settings, supervisor: Supervisor) -> str:
    """The API's address, once it answers there. Raises SetupError when that takes too long."""
    url = address_of(settings)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        supervisor.tend()
        try:
            if httpx.get(f"{url}/healthz", timeout=2.0, trust_env=False).status_code == httpx.codes.OK:
                return url
        except httpx.TransportError:
            pass
        time.sleep(POLL_SECONDS)
    raise SetupError(
        f"The API did not answer at {url} within {START_SECONDS:.0f} s.",
        hint=f"Its log is {log_of(settings.data_dir, 'api')}.",
    )


def tend_and_warm(url: str, supervisor: Supervisor) -> Callable[[], None]:
    """Tends the processes, and asks the API now and then whether it is ready, which makes it load its model."""
    due = 0.0

    def tend() -> None:
        nonlocal due
        supervisor.tend()
        if time.monotonic() < due:
            return
        due = time.monotonic() + WARM_SECONDS
        try:
            httpx.get(f"{url}/readyz", timeout=2.0, trust_env=False)
        except httpx.TransportError:
            # It is restarted by then.
            return

    return tend


def log_of(data_dir: Path, name: str) -> Path:
    return data_dir / "logs" / f"{name}.log"


def _program(name: str, arguments: tuple[str, ...], settings: Settings, *kept: int) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", "search_api.cli", *arguments, "--with-parent"),
        environment={**os.environ, "CODINGIT_DATA_DIR": str(settings.data_dir.absolute()), "PYTHONUNBUFFERED": "1"},
        log=log_of(settings.data_dir, name),
        kept_descriptors=kept,
    )


def _try_to_listen(host: str, port: int) -> socket.socket | None:
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it on, an answer waits some 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # A port whose last connections are still winding down is free.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        return None
    return listener
