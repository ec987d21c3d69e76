"""How the command line finds the service, and which project a directory is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import SetupError
from search_api.cli.project_titles import title_of
from search_api.cli.session import NoServiceError, Session, find_session, load_session, remove_session, save_session


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODINGIT_URL", raising=False)
    monkeypatch.delenv("CODINGIT_TOKEN", raising=False)


def test_the_session_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    save_session(Session("http://127.0.0.1:1", "t", "u", os.getpid()), tmp_path)

    assert (tmp_path / "service.json").stat().st_mode & 0o777 == 0o600
    assert find_session(tmp_path) == Session("http://127.0.0.1:1", "t", "u", os.getpid())


def test_a_token_is_not_shown_with_its_session() -> None:
    assert "s3cret" not in repr(Session("http://127.0.0.1:1", "s3cret"))


def test_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_session(Session("http://127.0.0.1:1", "t", "u", os.getpid()), tmp_path)
    monkeypatch.setenv("CODINGIT_URL", "http://127.0.0.1:2")
    monkeypatch.setenv("CODINGIT_TOKEN", "other")

    assert find_session(tmp_path) == Session("http://127.0.0.1:2", "other")


def test_half_an_environment_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODINGIT_URL", "http://127.0.0.1:2")

    with pytest.raises(SetupError, match="CODINGIT_TOKEN is not set"):
        find_session(tmp_path)


def test_a_service_whose_process_is_gone_is_no_service(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    save_session(Session("http://127.0.0.1:1", "t", "u", process.pid), tmp_path)

    with pytest.raises(NoServiceError):
        find_session(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1, "unknown": 2}', "null"])
def test_a_damaged_session_file_is_no_session(tmp_path: Path, content: str) -> None:
    (tmp_path / "service.json").write_text(content)

    assert load_session(tmp_path) is None


def test_only_the_own_session_is_removed(tmp_path: Path) -> None:
    save_session(Session("http://127.0.0.1:1", "t", "u", 1), tmp_path)

    remove_session(tmp_path, 2)
    kept = load_session(tmp_path)
    remove_session(tmp_path, 1)

    assert kept is not None
    assert load_session(tmp_path) is None


def test_two_directories_of_one_name_are_two_projects(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "app", tmp_path / "b" / "app"

    titles = [title_of(directory, tmp_path) for directory in (first, second, first, second)]

    assert titles == ["app", "app-2", "app", "app-2"]


def test_a_wanted_title_is_taken_and_kept(tmp_path: Path) -> None:
    directory = tmp_path / "app"

    titles = [title_of(directory, tmp_path, "shop"), title_of(directory, tmp_path)]

    assert titles == ["shop", "shop"]
    assert json.loads((tmp_path / "projects.json").read_text()) == {"shop": str(directory)}
