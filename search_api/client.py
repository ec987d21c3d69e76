"""How a program asks the running service over HTTP: typed replies, patience while it is away, errors as exceptions."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from indexer.decoding import to_storable
from indexer.file_store import DiffReply, FileHash, FileMove, FileWrite, ManifestPage, Project, WriteReply
from models import errors
from models.errors import CodingitError, UnavailableError

# A service that starts answers within seconds; who waits longer wants to be told.
MOST_ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
TIMEOUT = httpx.Timeout(60.0, connect=5.0)

_Reply = TypeVar("_Reply")
# A JSON document, whose shape is told by the field that is read from it.
Json = dict[str, Any]


class BadReplyError(CodingitError):
    """The service answered with something that is not its API."""

    code = "bad_reply"
    status = 502
    hint = "Does the address name a codingit-search service, and one of this version?"


@dataclass(frozen=True, slots=True)
class IndexFailure:
    """A file that could not be indexed yet."""

    path: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class IndexSkip:
    """A stored file that is not indexed."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How far the index is behind the files."""

    files: int
    indexed: int
    pending: int
    failed: int
    skipped: int
    chunks: int
    failures: tuple[IndexFailure, ...] = ()
    skips: tuple[IndexSkip, ...] = ()


class ApiClient:
    """A session with the service; it is a FileStore. Not for several threads at once."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json, application/problem+json"},
            transport=transport,
            timeout=timeout,
            # Reading the certificates of all authorities takes longer than a search; plain http looks at none.
            verify=not base_url.startswith("http://"),
        )
        self._sleep = sleep
        self._attempts = attempts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def list_projects(self) -> list[Project]:
        return [_read_as(Project, project) for project in _list_in(self._ask("GET", "/v1/projects"), "projects")]

    def create_project(self, title: str) -> Project:
        # Not asked twice once it may have arrived: the second would make another project of that title.
        return _read_as(Project, self._ask("POST", "/v1/projects", {"title": title}, repeatable=False))

    def find_or_create_project(self, title: str) -> Project:
        """The first project of this title, or a new one."""
        found = next((project for project in self.list_projects() if project.title == title), None)
        return found or self.create_project(title)

    def diff(self, project_id: str, files: Sequence[FileHash]) -> DiffReply:
        reply = self._ask(
            "POST", "/v1/files/diff", {"project_id": project_id, "files": [asdict(file) for file in files]}
        )
        return DiffReply(tuple(_list_in(reply, "wanted")), _field(reply, "unchanged"))

    def list_manifest(self, project_id: str, *, after: str | None, limit: int) -> ManifestPage:
        reply = self._ask("GET", "/v1/files/manifest", query={"project_id": project_id, "after": after, "limit": limit})
        return ManifestPage(tuple(_read_as(FileHash, file) for file in _list_in(reply, "files")), reply.get("next"))

    def put_files(self, project_id: str, files: Sequence[FileWrite | FileMove], deleted: Sequence[str]) -> WriteReply:
        body = {"project_id": project_id, "files": [asdict(file) for file in files], "deleted": list(deleted)}
        return _read_as(WriteReply, self._ask("PUT", "/v1/files", body))

    def index_status(self, project_id: str | None = None) -> IndexStatus:
        reply = self._ask("GET", "/v1/index/status", query={"project_id": project_id})
        failures = tuple(_read_as(IndexFailure, failure) for failure in reply.get("failures", ()))
        skips = tuple(_read_as(IndexSkip, skip) for skip in reply.get("skips", ()))
        return _read_as(IndexStatus, {**reply, "failures": failures, "skips": skips})

    def search_code(self, query: str, **options: Any) -> Json:
        """The reply as documented in the API; options are the request's other fields, None for not given."""
        return self._ask("POST", "/v1/search/code", _request(query, options))

    def search_chat(self, query: str, **options: Any) -> Json:
        """The reply as documented in the API; options are the request's other fields, None for not given."""
        return self._ask("POST", "/v1/search/chat", _request(query, options))

    def _ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str | int | None] | None = None,
        repeatable: bool = True,
    ) -> Json:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, self._attempts + 1):
            try:
                return _read_json(self._http.request(method, path, json=body, params=given))
            except UnavailableError as error:
                failure, wait = error, float(error.retry_after_seconds)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure, wait = _unreachable(self._http.base_url, error), 0.0
            except httpx.TransportError as error:
                failure, wait = _unreachable(self._http.base_url, error), 0.0
                if not repeatable:
                    raise failure from error
            if attempt < self._attempts:
                # Spread out, so that many clients do not come back in the same moment.
                self._sleep(max(min(wait, LONGEST_PAUSE_SECONDS), pause * random.uniform(0.5, 1.0)))  # noqa: S311
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise failure


def _unreachable(base_url: httpx.URL, error: httpx.TransportError) -> UnavailableError:
    detail = f"The service at {base_url} cannot be reached: {error or type(error).__name__}"
    return UnavailableError(detail, hint="Is it running? 'codingit up' or 'codingit serve' starts it.")


def _read_json(response: httpx.Response) -> Json:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not response.is_success:
        raise _error_of(response, document if isinstance(document, dict) else {})
    if not isinstance(document, dict):
        raise BadReplyError(f"{response.request.url} answered {response.status_code} without a JSON object.")
    return document


def _error_of(response: httpx.Response, problem: Json) -> CodingitError:
    """The exception that the service raised; one that is not known here keeps its status, code and hint."""
    status = response.status_code
    detail = str(problem.get("detail") or problem.get("title") or f"{response.request.url} answered {status}.")
    hint = problem.get("hint") if isinstance(problem.get("hint"), str) else None
    known = _known_errors()
    code = problem.get("code")
    kind = next((each for each in known if each.code == code), None)
    kind = kind or next((each for each in known if each.status == status and each.status != 500), CodingitError)
    error = kind(detail, hint=hint)
    error.status = status
    if isinstance(code, str):
        error.code = code
    if isinstance(error, UnavailableError):
        after = response.headers.get("Retry-After", "")
        error.retry_after_seconds = int(after) if after.isdecimal() else 0
    return error


def _known_errors() -> list[type[CodingitError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CodingitError)]


def _request(query: str, options: Mapping[str, Any]) -> Json:
    # What a terminal cannot decode arrives as lone surrogates, which JSON in UTF-8 cannot carry.
    return {"query": to_storable(query)} | {name: value for name, value in options.items() if value is not None}


def _read_as(kind: type[_Reply], document: Any) -> _Reply:
    """A dataclass from the fields of the same names; what the service says beyond them is left."""
    try:
        # A dataclass type is not a type of its own for mypy here.
        return kind(**{each.name: document[each.name] for each in fields(kind)})  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        raise BadReplyError(f"A reply has no valid {kind.__name__}: {error}") from error


def _list_in(reply: Json, name: str) -> list[Any]:
    values = _field(reply, name)
    if not isinstance(values, list):
        raise BadReplyError(f"'{name}' in a reply is no list.")
    return values


def _field(reply: Json, name: str) -> Any:
    if name not in reply:
        raise BadReplyError(f"A reply has no '{name}'.")
    return reply[name]
