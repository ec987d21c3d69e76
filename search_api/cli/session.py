"""Where the running service is and who the command line is to it: from the environment, or from what `up` wrote."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import SetupError, UnavailableError
from search_api.data_dir import find_data_dir

if TYPE_CHECKING:
    from search_api.client import ApiClient

SESSION_FILE = "service.json"
# Somebody waits at the terminal: a service that is restarted answers within this, one that is gone is told soon.
ATTEMPTS = 3


class NoServiceError(UnavailableError):
    """No service is running here."""

    code = "no_service"
    hint = "Start one with 'codingit up DIR', or name one with CODINGIT_URL and CODINGIT_TOKEN."


@dataclass(frozen=True, slots=True)
class Session:
    """An address, a token for it, whose token that is, and the process that serves (0 when it is not known)."""

    url: str
    token: str
    user_id: str = ""
    pid: int = 0

    def __repr__(self) -> str:
        return f"Session(url={self.url!r}, user_id={self.user_id!r}, pid={self.pid})"


def find_session(data_dir: Path | None = None) -> Session:
    """The session of the environment, else that of the local service. Raises NoServiceError, or SetupError."""
    url, token = os.environ.get("CODINGIT_URL"), os.environ.get("CODINGIT_TOKEN")
    if url and token:
        return Session(url, token)
    if url or token:
        missing = "CODINGIT_TOKEN" if url else "CODINGIT_URL"
        raise SetupError(f"{missing} is not set.", hint="Set both, or neither to ask the service of this machine.")
    session = load_session(data_dir or find_data_dir())
    if session is None or not is_alive(session.pid):
        raise NoServiceError()
    return session


def open_client(session: Session | None = None) -> ApiClient:
    from search_api.client import ApiClient

    session = session or find_session()
    return ApiClient(session.url, session.token, attempts=ATTEMPTS)


def load_session(data_dir: Path) -> Session | None:
    try:
        return Session(**json.loads((data_dir / SESSION_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def save_session(session: Session, data_dir: Path) -> None:
    """Keep the session for its owner alone; a reader finds the old one or the new one, never half of it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=data_dir, prefix=f".{SESSION_FILE}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(session), file)
    Path(scratch).replace(data_dir / SESSION_FILE)


def remove_session(data_dir: Path, pid: int) -> None:
    """Forget the session of this process; another's stays."""
    session = load_session(data_dir)
    if session is not None and session.pid == pid:
        (data_dir / SESSION_FILE).unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether the process exists; an unknown one may."""
    if pid <= 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
