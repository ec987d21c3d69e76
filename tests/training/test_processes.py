"""A process that the system kills ends the step with advice, and what was collected before is there at the next run."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from training import __main__ as command
from training import steps
from training.collecting import Collected, Known
from training.packages import Package, Registry, Use
from training.processes import ProcessKilledError, map_in_processes

# Later versions of Python warn of forking beside threads, and a library that a test has loaded may have some.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
KEPT, GREEDY, HELD_OUT = (
    Package(Registry.NPM, name, use=use)
    for name, use in (("kept", Use.TRAIN), ("greedy", Use.TRAIN), ("held-out", Use.TEST))
)
SHARED: list[object] = []


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(map_in_processes(_doubled, range(20), processes=2)) == [2 * number for number in range(20)]


def test_processes_share_what_the_parent_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    # No process could be sent a function that has no name.
    monkeypatch.setattr(f"{__name__}.SHARED", [lambda: 7])

    assert list(map_in_processes(_shared, range(2), processes=2)) == [7, 7]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_process_is_an_error_and_no_endless_wait(processes: int) -> None:
    results = map_in_processes(_killed_at_three, range(20), processes)

    with pytest.raises(ProcessKilledError, match="memory ran out"):
        list(results)


def test_an_error_in_a_process_is_that_error() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_in_processes(_divided, [0], processes=1))


def test_collecting_goes_on_after_a_process_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _fetched(tmp_path, monkeypatch, KEPT, HELD_OUT)
    monkeypatch.setattr(steps, "collect_package", _collected_by_process)
    _collect(tmp_path, monkeypatch)
    before = _contents(tmp_path)
    assert before.keys() == {"npm_kept.pkl", "npm_held-out.pkl"}

    _fetched(tmp_path, monkeypatch, KEPT, GREEDY, HELD_OUT)
    monkeypatch.setattr(steps, "collect_package", _killed)
    with pytest.raises(SystemExit) as ended:
        _collect(tmp_path, monkeypatch)

    assert ended.value.code == 1
    assert "--processes 1" in capsys.readouterr().err
    assert _contents(tmp_path) == before
    monkeypatch.setattr(steps, "collect_package", _collected_by_process)
    _collect(tmp_path, monkeypatch)
    after = _contents(tmp_path)
    assert after.pop("npm_greedy.pkl")
    assert after == before


def _fetched(cache: Path, monkeypatch: pytest.MonkeyPatch, *packages: Package) -> None:
    (cache / "fetched").mkdir(exist_ok=True)
    for package in packages:
        (cache / "fetched" / package.key).touch()
    monkeypatch.setattr(steps, "read_packages", lambda listed: list(packages))
    monkeypatch.setattr(steps, "unpack_package", lambda package, folder: iter([("a.js", b"let a = 1;\n" * 9)]))


def _collect(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["training", "--cache", str(cache), "--processes", "1", "collect"])
    command.main()


def _contents(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (cache / "collected").iterdir()}


def _collected_by_process(package: Package, folder: Path, known: Known, seed: int) -> Collected:
    # The process is part of it: collected a second time, the package would be another.
    return Collected(str(os.getpid()), "MIT")


def _killed(package: Package, folder: Path, known: Known, seed: int) -> Collected:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def _doubled(number: int) -> int:
    return 2 * number


def _shared(_: int) -> object:
    return SHARED[0]()  # type: ignore[operator]  # the function that the test put there


def _killed_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _divided(number: int) -> float:
    return 1 / number
