"""What must be true for the service to work, checked one by one; each check says what to do when it is not."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from indexer.chunking import CHUNKER_VERSION
from models.errors import CodingitError
from models.model_identity import ModelIdentity
from search_api.cli.session import SESSION_FILE, NoServiceError, find_session
from search_api.configured_model import load_configured_encoder
from search_api.data_dir import find_closed_folder
from search_api.serving import database_url, service_url
from search_api.settings import SECRET_FILE, Settings
from sql import inspecting
from sql.database import Connection
from sql.migrating import OLDEST_SERVER

# iterative scans and halfvec came with these; the other two are part of PostgreSQL.
NEEDED_EXTENSIONS = {"vector": "0.8", "pg_trgm": "1.6", "btree_gin": "1.3"}
# A first run of a large project takes about this much, the server's log of writes included.
ENOUGH_BYTES = 2_000_000_000
SERVICE_LOGIN = "codingit_api"


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor; `advice` says what to do when it is not ok."""

    name: str
    outcome: Outcome
    detail: str
    advice: str = ""


def run_checks(settings: Settings) -> Iterator[Check]:
    """Each check as soon as it is done; one that fails takes the ones that need it along."""
    yield from check_data_dir(settings.data_dir, embedded=settings.database_url is None)
    model = check_model(settings)
    yield model[0]
    yield from check_database(settings, model[1])
    yield check_api()


def check_data_dir(data_dir: Path, *, embedded: bool = True) -> Iterator[Check]:
    existing = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        yield Check(
            "data folder", Outcome.FAIL, f"{existing} cannot be written.", "Name another folder with CODINGIT_DATA_DIR."
        )
        return
    closed = find_closed_folder(data_dir) if embedded else None
    if closed is not None:
        detail = f"The embedded server's account may not enter {closed}."
        yield Check("data folder", Outcome.FAIL, detail, "Name a folder that all may enter with CODINGIT_DATA_DIR.")
        return
    private = (data_dir / "postgres", data_dir / SECRET_FILE, data_dir / SESSION_FILE)
    open_to_others = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        names = ", ".join(str(path) for path in open_to_others)
        yield Check("data folder", Outcome.FAIL, f"Others may read {names}.", f"Run: chmod go= {names}")
    else:
        yield Check("data folder", Outcome.OK, str(data_dir) + ("" if data_dir.exists() else " (not made yet)"))
    free = shutil.disk_usage(existing).free
    outcome = Outcome.OK if free >= ENOUGH_BYTES else Outcome.WARN
    yield Check("disk space", outcome, f"{free / 1e9:.1f} GB free", "Free some, or name a folder on another disk.")


def check_model(settings: Settings) -> tuple[Check, ModelIdentity | None]:
    try:
        identity = load_configured_encoder(settings).identity
    except CodingitError as error:
        return Check("model", Outcome.FAIL, error.detail, error.hint), None
    detail = f"{identity.name}, {identity.dimensions} dimensions, revision {identity.revision[:12]}"
    return Check("model", Outcome.OK, detail), identity


def check_database(settings: Settings, model: ModelIdentity | None) -> Iterator[Check]:
    if settings.database_url is None and not (settings.data_dir / "postgres" / "data").exists():
        yield Check(
            "database", Outcome.WARN, "The embedded server has not been set up yet.", "'codingit up DIR' sets it up."
        )
        return
    with ExitStack() as stack:
        try:
            owner_url = stack.enter_context(database_url(settings))
            connection = stack.enter_context(inspecting.inspecting(owner_url))
        except CodingitError as error:
            yield Check("database", Outcome.FAIL, error.detail, "Is DATABASE_URL right, and does its server run?")
            return
        yield check_version(connection)
        yield from check_extensions(connection)
        pending = inspecting.unapplied_migrations(connection)
        yield check_pending(pending)
        yield from check_service_role(service_url(settings, owner_url), migrated=not pending)
        if not pending:
            yield check_generation(connection, model)


def check_version(connection: Connection) -> Check:
    version = inspecting.server_version(connection)
    detail = f"PostgreSQL {version // 10000}.{version % 10000}"
    outcome = Outcome.OK if version >= OLDEST_SERVER else Outcome.FAIL
    return Check("database", outcome, detail, f"Upgrade it to {OLDEST_SERVER // 10000} or newer.")


def check_extensions(connection: Connection) -> Iterator[Check]:
    for found in inspecting.read_extensions(connection, list(NEEDED_EXTENSIONS)):
        wanted, name = NEEDED_EXTENSIONS[found.name], f"extension {found.name}"
        if found.installed is not None and is_at_least(found.installed, wanted):
            yield Check(name, Outcome.OK, found.installed)
        elif found.installed is not None:
            advice = f"Install {wanted} or newer on the server, then run: alter extension {found.name} update;"
            yield Check(name, Outcome.FAIL, f"{found.installed} is too old.", advice)
        elif found.offered is None:
            yield Check(name, Outcome.FAIL, "The server does not have it.", f"Install {found.name} >= {wanted} there.")
        else:
            yield Check(name, Outcome.WARN, "Not created here yet.", "'codingit migrate' creates it.")


def check_pending(pending: tuple[str, ...]) -> Check:
    if pending:
        return Check("migrations", Outcome.FAIL, f"Pending: {', '.join(pending)}.", "Run 'codingit migrate'.")
    return Check("migrations", Outcome.OK, "all applied")


def check_service_role(url: str, *, migrated: bool) -> Iterator[Check]:
    try:
        with inspecting.inspecting(url) as connection:
            identity = inspecting.read_identity(connection)
            missing, refused = inspecting.missing_roles(connection)
    except CodingitError as error:
        outcome = Outcome.FAIL if migrated else Outcome.WARN
        yield Check("service login", outcome, error.detail, "Is CODINGIT_SERVICE_DATABASE_URL right?")
        return
    if missing:
        yield Check("roles", Outcome.FAIL, f"Missing: {', '.join(missing)}.", "'codingit migrate' makes them.")
    elif refused:
        advice = f"Run: grant {', '.join(refused)} to {identity.role};"
        yield Check("roles", Outcome.FAIL, f"{identity.role} may not act as {', '.join(refused)}.", advice)
    else:
        yield Check("roles", Outcome.OK, "all there")
    yield check_identity(identity)


def check_identity(identity: inspecting.Identity) -> Check:
    traits = [
        trait
        for trait, has in (
            ("is a superuser", identity.superuser),
            ("bypasses row level security", identity.bypasses_policies),
            ("owns the tables", identity.owns_tables),
        )
        if has
    ]
    if not traits:
        return Check("service login", Outcome.OK, f"{identity.role}, which owns nothing")
    advice = f"Let API and worker connect as {SERVICE_LOGIN}: set CODINGIT_SERVICE_DATABASE_URL."
    return Check("service login", Outcome.WARN, f"{identity.role} {' and '.join(traits)}.", advice)


def check_generation(connection: Connection, model: ModelIdentity | None) -> Check:
    active = inspecting.read_active_generation(connection)
    if active is None:
        return Check("index", Outcome.WARN, "Nothing has been indexed yet.", "Run 'codingit up DIR' or a worker.")
    detail = f"made with {active.name}, {active.dimensions} dimensions, revision {active.revision[:12]}"
    configured = model is not None and (model.name, model.revision, model.dimensions) == (
        active.name,
        active.revision,
        active.dimensions,
    )
    if model is not None and not configured:
        return Check(
            "index",
            Outcome.WARN,
            f"{detail}; configured is {model.name}.",
            "A running worker indexes anew beside it and then switches; until then searches use the old one.",
        )
    if active.chunker_version != CHUNKER_VERSION:
        return Check("index", Outcome.WARN, f"{detail}; cut by an older version.", "A running worker indexes anew.")
    return Check("index", Outcome.OK, detail)


def check_api() -> Check:
    try:
        session = find_session()
        answer = httpx.get(f"{session.url}/readyz", timeout=5.0, trust_env=False)
    except NoServiceError as error:
        return Check("API", Outcome.WARN, "No service runs here.", error.hint)
    except CodingitError as error:
        return Check("API", Outcome.FAIL, error.detail, error.hint)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Check("API", Outcome.FAIL, f"No answer: {error or type(error).__name__}", "Is CODINGIT_URL right?")
    if answer.status_code == httpx.codes.OK:
        return Check("API", Outcome.OK, session.url)
    return Check("API", Outcome.FAIL, f"{session.url} is not ready ({answer.status_code}).", "Its log says why.")


def is_at_least(version: str, wanted: str) -> bool:
    """Compare versions by their leading numbers."""
    return _numbers(version) >= _numbers(wanted)


def _numbers(version: str) -> tuple[int, ...]:
    parts = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)
