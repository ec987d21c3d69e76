"""Every command in the README is run, in its order, in a clone of this repository, over a small directory."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.up import Local, write_sample

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines() if line.strip()]
# These run this very test or take an hour; .ci/run calls the first three.
ONLY_NAMED = ("make test", "make lint", "make types", "make bench")
PLACEHOLDER = "ADDRESS-OF-THIS-REPOSITORY"


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="codingit-readme-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_readme_begins_with_a_clone_and_a_run() -> None:
    assert [command.split()[:2] for command in COMMANDS[:2]] == [["git", "clone"], ["make", "run"]]
    assert PLACEHOLDER in COMMANDS[0]


@pytest.mark.acceptance
@pytest.mark.timeout(600)
def test_every_command_of_the_readme_works(folder: Path) -> None:
    clone, run, *rest = COMMANDS
    local = Local(folder / "data", folder / "said")
    environment = {**local.environment, "HOME": str(folder)}
    write_sample(folder / "your" / "code")
    _shell(clone.replace(PLACEHOLDER, str(ROOT)), folder, environment)
    checkout = folder / "codingit-search"
    _install_by_hand(checkout)
    with local.said.open("wb") as said:
        server = subprocess.Popen(
            ["bash", "-c", run],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        local.wait_until_said("Ask from another shell", server)
        for command in rest:
            named = command.startswith(ONLY_NAMED)
            _shell(command.replace("make ", "make -n ", 1) if named else command, checkout, environment)
    finally:
        # As Ctrl-C does it: to everything in the foreground.
        os.killpg(server.pid, signal.SIGINT)
        server.wait(60)

    assert local.processes() == []


def _install_by_hand(checkout: Path) -> None:
    """What `make install` would do, with the packages of this environment."""
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "bin").symlink_to(Path(sys.prefix) / "bin")
    for name in (".installed", ".installed-models", ".installed-dev"):
        stamp = checkout / ".venv" / name
        stamp.touch()
        os.utime(stamp, (time.time() + 3600, time.time() + 3600))


def _shell(command: str, folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
