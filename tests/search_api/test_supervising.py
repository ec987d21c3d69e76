"""Children are restarted when they die, told apart from those that cannot start, and gone after the stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search_api.supervising import FIRST_SECONDS, ChildFailedError, Program, Supervisor

FOREVER = "import time; print('up', flush=True); time.sleep(600)"


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def supervisor(said: list[str], clock: Clock) -> Iterator[Supervisor]:
    running = Supervisor(said.append, clock=clock)
    yield running
    running.stop()


def program(folder: Path, source: str) -> Program:
    return Program("child", (sys.executable, "-c", source), os.environ, folder / "logs" / "child.log")


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass in 10 s")


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_is_started_again_after_a_pause_that_grows(
    tmp_path: Path, supervisor: Supervisor, said: list[str], clock: Clock
) -> None:
    supervisor.start(program(tmp_path, FOREVER))
    for pause in (0.5, 1.0):
        killed = supervisor.pids()["child"]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: not supervisor.pids())
        supervisor.tend()
        assert supervisor.pids() == {}
        clock.now += pause
        supervisor.tend()
        assert supervisor.pids()["child"] != killed

    assert said == [
        "The child process ended (by SIGKILL); it is started again in 0.5 s.",
        "The child process ended (by SIGKILL); it is started again in 1 s.",
    ]


def test_what_is_done_to_children_is_done_whole(tmp_path: Path) -> None:
    began: list[str] = []

    @contextmanager
    def whole() -> Iterator[None]:
        began.append("in")
        yield
        began.append("out")

    supervisor = Supervisor(whole=whole)
    supervisor.start(program(tmp_path, FOREVER))
    supervisor.tend()
    supervisor.stop()

    assert began == ["in", "out"] * 2


def test_a_child_that_cannot_start_is_told_with_its_last_words(tmp_path: Path, supervisor: Supervisor) -> None:
    supervisor.start(program(tmp_path, "import sys; print('the disk is full', file=sys.stderr); sys.exit(3)"))
    wait_for(lambda: not supervisor.pids())

    with pytest.raises(ChildFailedError, match=r"exit code 3(.|\n)*the disk is full") as refused:
        supervisor.tend()

    assert str(tmp_path / "logs" / "child.log") in refused.value.hint


def test_a_child_that_fails_later_is_started_again(
    tmp_path: Path, supervisor: Supervisor, said: list[str], clock: Clock
) -> None:
    supervisor.start(program(tmp_path, "import sys; sys.exit(3)"))
    wait_for(lambda: not supervisor.pids())
    clock.now += FIRST_SECONDS + 1

    supervisor.tend()

    assert said == ["The child process ended (exit code 3); it is started again in 0.5 s."]


def test_after_the_stop_no_child_is_left(tmp_path: Path, supervisor: Supervisor) -> None:
    for _ in range(2):
        supervisor.start(program(tmp_path, FOREVER))
    pids = list(supervisor.pids().values())

    supervisor.stop()

    assert not any(exists(pid) for pid in pids)


def test_a_child_hears_of_its_parents_end_by_its_standard_input(tmp_path: Path, supervisor: Supervisor) -> None:
    supervisor.start(program(tmp_path, "import sys; sys.stdin.read(); print('gone', flush=True)"))
    log = tmp_path / "logs" / "child.log"

    supervisor._children[0].process.stdin.close()  # type: ignore[union-attr]  # what the kernel does at the parent's end

    wait_for(lambda: log.read_text() == "gone\n")
