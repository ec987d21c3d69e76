"""What the doctor finds in good and in broken surroundings, and what it advises."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from models.model_identity import ModelIdentity
from search_api.checking import (
    Check,
    Outcome,
    check_api,
    check_data_dir,
    check_database,
    check_identity,
    is_at_least,
)
from search_api.settings import Settings
from sql.inspecting import Identity
from sql.server import ServerAddress
from tests.indexing import execute, index_now
from tests.stubs import StubEncoder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Unlike pytest's own folder, which only this account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="codingit-doctor-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def found(checks: Iterator[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def settings_for(url: str, data_dir: Path, service_url: str | None = None) -> Settings:
    secret = None if service_url is None else SecretStr(service_url)
    return Settings(DATABASE_URL=SecretStr(url), service_database_url=secret, data_dir=data_dir)


def test_a_migrated_database_passes_every_check(url: str, tmp_path: Path) -> None:
    encoder = StubEncoder()
    index_now(url, encoder)
    settings = settings_for(url, tmp_path, url.replace("postgres@", "codingit_api@"))

    checks = found(check_database(settings, encoder.identity))

    assert {name: check.outcome for name, check in checks.items()} == dict.fromkeys(
        [
            "database",
            "extension vector",
            "extension pg_trgm",
            "extension btree_gin",
            "migrations",
            "roles",
            "service login",
            "index",
        ],
        Outcome.OK,
    )


def test_an_empty_database_is_told_to_migrate(server: ServerAddress, tmp_path: Path) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create database doctor_empty")
    try:
        checks = found(check_database(settings_for(server.url(database="doctor_empty"), tmp_path), None))
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("drop database doctor_empty with (force)")

    assert checks["migrations"].outcome is Outcome.FAIL
    assert checks["migrations"].advice == "Run 'codingit migrate'."
    assert checks["extension vector"] == Check(
        "extension vector", Outcome.WARN, "Not created here yet.", "'codingit migrate' creates it."
    )


def test_a_database_that_is_away_fails_with_one_line(tmp_path: Path) -> None:
    checks = list(check_database(settings_for("postgresql://x@/x?host=/no/such/folder", tmp_path), None))

    assert [(check.name, check.outcome) for check in checks] == [("database", Outcome.FAIL)]
    assert "DATABASE_URL" in checks[0].advice


def test_an_index_of_another_model_is_said(url: str, tmp_path: Path) -> None:
    index_now(url, StubEncoder())

    check = found(check_database(settings_for(url, tmp_path), ModelIdentity("other", "2", 64)))["index"]

    assert check.outcome is Outcome.WARN
    assert "configured is other" in check.detail


def test_an_index_cut_by_an_older_version_is_said(url: str, tmp_path: Path) -> None:
    encoder = StubEncoder()
    index_now(url, encoder)
    execute(url, "update embedding_models set chunker_version = chunker_version - 1")

    check = found(check_database(settings_for(url, tmp_path), encoder.identity))["index"]

    assert (check.outcome, "older version" in check.detail) == (Outcome.WARN, True)


@pytest.mark.parametrize(
    ("identity", "outcome", "said"),
    [
        (Identity("codingit_api", False, False, False), Outcome.OK, "owns nothing"),
        (
            Identity("postgres", True, True, True),
            Outcome.WARN,
            "is a superuser and bypasses row level security and owns",
        ),
        (Identity("app", False, False, True), Outcome.WARN, "app owns the tables."),
    ],
)
def test_a_login_that_could_pass_by_the_policies_is_warned_of(identity: Identity, outcome: Outcome, said: str) -> None:
    check = check_identity(identity)

    assert (check.outcome, said in check.detail) == (outcome, True)


def test_an_embedded_server_that_was_never_set_up_is_not_started(tmp_path: Path) -> None:
    checks = list(check_database(Settings(DATABASE_URL=None, data_dir=tmp_path), None))

    assert [(check.name, check.outcome) for check in checks] == [("database", Outcome.WARN)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs under another account")
def test_a_data_folder_that_the_servers_account_cannot_enter_fails(open_folder: Path) -> None:
    (open_folder / "home").mkdir(mode=0o700)

    check = found(check_data_dir(open_folder / "home" / "data"))["data folder"]

    assert check.outcome is Outcome.FAIL
    assert str(open_folder / "home") in check.detail


def test_a_secret_that_others_may_read_fails(open_folder: Path) -> None:
    secret = open_folder / "jwt_secret"
    secret.write_text("x" * 40)
    secret.chmod(0o644)

    check = found(check_data_dir(open_folder))["data folder"]

    assert check.outcome is Outcome.FAIL
    assert check.advice == f"Run: chmod go= {secret}"


def test_a_data_folder_that_is_not_there_yet_is_fine(open_folder: Path) -> None:
    check = found(check_data_dir(open_folder / "a" / "b"))["data folder"]

    assert check == Check("data folder", Outcome.OK, f"{open_folder / 'a' / 'b'} (not made yet)")


def test_no_service_is_a_warning_and_a_silent_one_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODINGIT_DATA_DIR", str(tmp_path))
    nothing = check_api()
    monkeypatch.setenv("CODINGIT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CODINGIT_TOKEN", "x")
    silent = check_api()

    assert (nothing.outcome, silent.outcome) == (Outcome.WARN, Outcome.FAIL)


@pytest.mark.parametrize(
    ("version", "wanted", "enough"),
    [
        ("0.8.6", "0.8", True),
        ("0.10", "0.8", True),
        ("0.7.4", "0.8", False),
        ("1.6", "1.6", True),
        ("0.8beta", "0.8", True),
    ],
)
def test_versions_compare_by_numbers(version: str, wanted: str, enough: bool) -> None:
    assert is_at_least(version, wanted) is enough
