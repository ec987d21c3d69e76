"""One command on a bare data directory: the sample is found, edits too, and nothing stays behind."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from search_api.cli.session import load_session
from tests.acceptance.up import Local, wait_for, write_sample

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]


@pytest.fixture
def local() -> Iterator[Local]:
    # Not pytest's own folder, which only this account may enter: as root the server runs under another one.
    folder = Path(tempfile.mkdtemp(prefix="codingit-up-"))
    folder.chmod(0o755)
    yield Local(folder / "data", folder / "said")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "shop")


def test_the_first_run_finds_what_was_asked_for_and_the_second_sends_nothing(local: Local, sample: Path) -> None:
    first = local.command("up", str(sample), "--once", "--port", "0", "--query", "round amounts of money to cents")
    second = local.command("up", str(sample), "--once", "--port", "0")

    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("1. /shop/prices.py:")
    assert "3 files sent" in first.stderr
    assert second.returncode == 0, second.stderr
    assert "0 files sent (0.0 MB); 3 unchanged." in second.stderr
    assert local.processes() == []


def test_an_empty_directory_finds_nothing_and_exits_with_1(local: Local, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    done = local.command("up", str(tmp_path / "empty"), "--once", "--port", "0")

    assert (done.returncode, done.stdout) == (1, "Nothing found.\n"), done.stderr


def test_while_it_serves_edits_are_found_a_killed_worker_returns_and_an_interrupt_ends_all(
    local: Local, sample: Path
) -> None:
    with local.started(str(sample), "--port", "0") as up:
        local.wait_until_said("Ask from another shell", up)

        twice = local.command("up", str(sample))
        assert twice.returncode == 1
        assert "A service runs at http://127.0.0.1:" in twice.stderr

        local.wait_until_said("Ask in a browser:", up)
        for link in (_link_in(local.said.read_text()), local.command("page").stdout.strip()):
            address, code = link.split("/#code=")
            assert httpx.get(f"{address}/").status_code == 200
            taken = httpx.post(f"{address}/v1/sign-in", json={"code": code}).raise_for_status().json()
            told = httpx.get(f"{address}/v1/index/status", headers={"Authorization": f"Bearer {taken['token']}"})
            assert told.json()["files"] == 3

        _kill_worker(local)
        local.wait_until_said("The worker process ended (by SIGKILL)", up)
        (sample / "refunds.py").write_text('def refund(order):\n    """Give a customer the money back."""\n')
        wait_for(lambda: "refunds.py" in local.command("search", "give the money back", "--json").stdout)
        found = json.loads(local.command("search", "give the money back", "--json").stdout)
        assert found["results"][0]["path"] == "/shop/refunds.py"

        assert local.command("doctor").returncode == 0
        up.send_signal(signal.SIGINT)
        assert local.end_of(up) == 0, local.said.read_text()

    assert local.processes() == []
    assert local.command("search", "anything").returncode == 3


# After the files are sent it may be up before the signal comes.
@pytest.mark.parametrize(("said", "ended"), [("", [130]), ("files sent", [130, 0])])
def test_an_interrupt_on_the_way_up_leaves_nothing_behind(
    local: Local, sample: Path, said: str, ended: list[int]
) -> None:
    with local.started(str(sample), "--port", "0") as up:
        wait_for(lambda: (local.data_dir / "up.lock").exists())
        local.wait_until_said(said, up)
        up.send_signal(signal.SIGTERM)

        assert local.end_of(up) in ended, local.said.read_text()

    assert local.processes() == []


def test_children_and_server_end_when_their_parent_is_killed(local: Local, sample: Path) -> None:
    with local.started(str(sample), "--port", "0") as up:
        local.wait_until_said("Ask from another shell", up)

        up.kill()
        up.wait()
        wait_for(lambda: not local.processes())

    assert local.processes() == []


def test_a_model_that_cannot_be_loaded_is_told_with_the_childs_last_words(
    local: Local, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**local.environment, "CODINGIT_MODEL": "/no/such/model"}
    monkeypatch.setattr(Local, "environment", environment)

    done = local.command("up", str(sample), "--once", "--port", "0")

    assert done.returncode == 1
    assert "The worker process did not start" in done.stderr
    assert "There is no model folder '/no/such/model'" in done.stderr
    assert "Traceback" not in done.stderr
    assert local.processes() == []


def _kill_worker(local: Local) -> None:
    session = load_session(local.data_dir)
    assert session is not None
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(session.pid)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    worker = next(line for line in children if " worker " in f"{line} ")
    subprocess.run(["kill", "-9", worker.split()[0]], check=True)


def _link_in(said: str) -> str:
    (link,) = re.findall(r"http://\S+/#code=\S+", said)
    return str(link)
