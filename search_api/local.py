"""What is particular to a service on somebody's own machine: only one at a time, its user, how its command is typed."""

from __future__ import annotations

import fcntl
import getpass
import os
import shutil
import socket
import sys
from io import TextIOWrapper
from pathlib import Path

from models.errors import ConflictError
from search_api.cli.session import load_session

LOCK_FILE = "up.lock"
EMBEDDED_USER = "local@localhost"


class AlreadyRunningError(ConflictError):
    """A service runs already in this data directory."""

    code = "already_running"


class OnlyOne:
    """Holds the data directory for one `up`; the system lets go of it however the process ends."""

    def __init__(self, data_dir: Path, directory: Path | None) -> None:
        self._data_dir = data_dir
        self._directory = directory
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._file = (self._data_dir / LOCK_FILE).open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise self._already_running() from None

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def _already_running(self) -> AlreadyRunningError:
        session = load_session(self._data_dir)
        where = "is starting" if session is None else f"runs at {session.url} (process {session.pid})"
        return AlreadyRunningError(
            f"A service {where} already.",
            hint=f"Add this directory to it with '{own_command()} index {self._directory or 'DIR'}', stop it with "
            "Ctrl-C there, or name another CODINGIT_DATA_DIR.",
        )


def is_starting_or_running(data_dir: Path) -> bool:
    """Whether somebody holds the data directory."""
    try:
        with (data_dir / LOCK_FILE).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def local_email(*, embedded: bool) -> str:
    """Who `up` works for; in a database that others use as well, this account of this machine."""
    return EMBEDDED_USER if embedded else f"{getpass.getuser()}@{socket.gethostname()}"


def own_command() -> str:
    """How to type this program in the shell that it was started from."""
    beside = Path(sys.executable).parent / "codingit"
    on_path = shutil.which("codingit")
    if on_path is not None and Path(on_path).resolve() == beside.resolve():
        return "codingit"
    if not beside.exists():
        return "codingit"
    below = os.path.relpath(beside)
    return str(beside) if below.startswith("..") else below
