"""Which child processes run: each is started, started again when it dies, and stopped with its parent."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from models.errors import SetupError

# A child that fails by itself so soon after its first start is set up wrongly; starting it again would not help.
FIRST_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A child that ran this long died of something new.
HEALTHY_SECONDS = 60.0
# A worker finishes the batch in its hands, and an API the requests; both are killed safely afterwards.
STOP_SECONDS = 10.0
LARGEST_LOG = 5_000_000
SHOWN_LINES = 15


class ChildFailedError(SetupError):
    """A process of the service ended when it had hardly begun."""

    code = "child_failed"


@dataclass(frozen=True, slots=True)
class Program:
    """A child to keep running; its output goes to the log, and it inherits the kept descriptors."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    kept_descriptors: Sequence[int] = ()


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    first_started: float
    started: float
    pause: float = FIRST_PAUSE_SECONDS
    due: float | None = None


class Supervisor:
    """Keeps programs running for as long as somebody calls `tend`, and ends them all with `stop`.

    A child's standard input is a pipe that ends with this process, however it ends: the child's sign to go as well.
    What is done to children is done within `whole`, which holds signals back: a process cut off in its start is known
    to nobody, and one cut off in being looked at is locked for ever.
    """

    def __init__(
        self,
        say: Callable[[str], None] = lambda _: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        whole: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._say = say
        self._clock = clock
        self._whole = whole
        self._children: list[_Child] = []

    def start(self, program: Program) -> None:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists() and program.log.stat().st_size > LARGEST_LOG:
            program.log.replace(program.log.with_suffix(".log.1"))
        now = self._clock()
        with self._whole():
            self._children.append(_Child(program, _spawn(program), now, now))

    def names(self) -> list[str]:
        """Of all that were started, also of those that wait to be started again."""
        return [child.program.name for child in self._children]

    def pids(self) -> dict[str, int]:
        """The process id of each child that runs."""
        with self._whole():
            return {child.program.name: child.process.pid for child in self._children if child.process.poll() is None}

    def tend(self) -> None:
        """Start again what died, each time after a longer pause. Raises ChildFailedError for what cannot start."""
        now = self._clock()
        with self._whole():
            for child in self._children:
                code = child.process.poll()
                if code is None:
                    continue
                if child.due is None:
                    self._note_death(child, code, now)
                elif now >= child.due:
                    child.due = None
                    child.started = now
                    child.process = _spawn(child.program)

    def stop(self) -> None:
        """Ask all to end, the last started first, and kill what takes too long."""
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        for child in reversed(self._children):
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _close_input(child.process)
        self._children.clear()

    def _note_death(self, child: _Child, code: int, now: float) -> None:
        program = child.program
        _close_input(child.process)
        if code > 0 and now - child.first_started < FIRST_SECONDS:
            raise ChildFailedError(
                f"The {program.name} process did not start (exit code {code}). Its last words:\n"
                f"{last_lines(program.log)}",
                hint=f"The whole log is {program.log}; 'codingit doctor' checks what it needs.",
            )
        if now - child.started > HEALTHY_SECONDS:
            child.pause = FIRST_PAUSE_SECONDS
        child.due = now + child.pause
        self._say(f"The {program.name} process ended ({_reason(code)}); it is started again in {child.pause:g} s.")
        child.pause = min(2 * child.pause, LONGEST_PAUSE_SECONDS)


def last_lines(log: Path, most: int = SHOWN_LINES) -> str:
    """The end of a log, indented for showing it inside a message."""
    try:
        text = log.read_bytes()[-20_000:].decode(errors="replace")
    except OSError:
        return "  (no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-most:]) or "  (nothing)"


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    with program.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own programs, arguments are a list
            list(program.command),
            env=dict(program.environment),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=program.kept_descriptors,
            # Ctrl-C in a terminal reaches only the parent, which stops its children in order.
            start_new_session=True,
        )


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
