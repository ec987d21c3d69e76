"""What an agent's server on this machine sees to beside its calls: that a service answers and knows the directory."""

from __future__ import annotations

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from indexer.file_store import Project
from indexer.hash_cache import HashCache
from indexer.syncing import sync_directory
from models.errors import CodingitError, UnavailableError
from search_api.cli.progress import summarise
from search_api.cli.project_titles import title_of
from search_api.cli.session import Session, is_alive, load_session
from search_api.client import ApiClient
from search_api.following import follow_directory
from search_api.mcp.hosting import Host

LOOK_SECONDS = 0.25
# A first start makes the database; then an answer with nothing in it would teach an agent not to ask again.
START_SECONDS = 45.0
SETTLE_SECONDS = 12.0


class StartingError(UnavailableError):
    """The search service is still starting."""

    hint = "Ask again in a moment."


@dataclass(frozen=True, slots=True)
class Place:
    """A directory and the project that it is; both None where there is only the service."""

    root: Path | None
    project: str | None


class Companion:
    """Finds the service, hosts it when there is none, and sends the directory's files for as long as it runs."""

    def __init__(
        self, data_dir: Path, root: Path | None, say: Callable[[str], None], project: str | None = None
    ) -> None:
        self._data_dir = data_dir
        self._say = say
        self._host = Host(data_dir)
        self.place = Place(root, project if root is None else title_of(root, data_dir, project))
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._session: Session | None = None
        self._trouble: str | None = None
        self._settled = False
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name="companion", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._host.stop()

    def session(self) -> Session:
        """The service's, which may take its time to start; waits a little for the first index. Raises StartingError."""
        with self._changed:
            self._changed.wait_for(lambda: self._session is not None or self._trouble is not None, START_SECONDS)
            if self._session is None:
                detail = "The search service could not be started. Its last words:\n" + (self._trouble or "")
                raise StartingError(
                    detail if self._trouble else None, hint="Tell the user: 'codingit doctor' says more."
                )
            if not self._settled:
                self._changed.wait_for(lambda: self._settled, SETTLE_SECONDS)
                # Once is enough: later calls are answered with what there is.
                self._settled = True
            return self._session

    def lose(self, session: Session) -> None:
        """The service did not answer: look for it anew before the next call."""
        with self._changed:
            if self._session == session:
                self._session = None
                self._lost.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            session = self._find()
            if session is None:
                self._tell(None, self._host.ensure())
                self._stop.wait(LOOK_SECONDS)
                continue
            self._host.note_running()
            self._lost.clear()
            try:
                self._attend(session)
            except CodingitError as error:
                self._say(f"{error.detail} {error.hint}")
                self._stop.wait(LOOK_SECONDS)

    def _find(self) -> Session | None:
        session = load_session(self._data_dir)
        return session if session is not None and answers(session) else None

    def _attend(self, session: Session) -> None:
        """Until the service is gone."""
        root = self.place.root
        if root is None:
            self._tell(session)
            self._settle()
            self._watch(session)
            return
        with ApiClient(session.url, session.token) as client:
            while not self._stop.is_set() and self._is_there(session):
                with _only_follower(self._data_dir, root) as is_ours:
                    if is_ours:
                        self._follow(client, session, root)
                    elif self._has_project(client):
                        # Another agent in the same directory sends its files.
                        self._tell(session)
                        self._settle()
                if not is_ours:
                    self._stop.wait(4 * LOOK_SECONDS)

    def _follow(self, client: ApiClient, session: Session, root: Path) -> None:
        found = client.find_or_create_project(self.place.project or root.name)
        project = Project(str(found.id), found.title)
        self._tell(session)
        cache = HashCache()
        report = sync_directory(root, client, project, cache=cache)
        self._say(f"{root}: {summarise(report)}")
        with follow_directory(root, session, project, cache, self._say):
            while not self._settled and not self._stop.is_set() and self._is_there(session):
                status = client.index_status(project.id)
                if status.pending == 0 and status.files >= report.files:
                    self._settle()
                self._stop.wait(LOOK_SECONDS)
            self._watch(session)

    def _has_project(self, client: ApiClient) -> bool:
        return any(project.title == self.place.project for project in client.iterate_projects())

    def _watch(self, session: Session) -> None:
        while not self._stop.is_set() and self._is_there(session):
            self._stop.wait(LOOK_SECONDS)

    def _is_there(self, session: Session) -> bool:
        return not self._lost.is_set() and is_alive(session.pid)

    def _tell(self, session: Session | None, trouble: str | None = None) -> None:
        with self._changed:
            self._session = session
            self._trouble = trouble if session is None else None
            self._changed.notify_all()

    def _settle(self) -> None:
        with self._changed:
            self._settled = True
            self._changed.notify_all()


def answers(session: Session) -> bool:
    if not is_alive(session.pid):
        return False
    try:
        return httpx.get(f"{session.url}/healthz", timeout=2.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _only_follower(data_dir: Path, root: Path) -> Iterator[bool]:
    """Whether nobody else sends this directory's files; held for the block."""
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f"follow-{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
