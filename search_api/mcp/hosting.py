"""The service of this machine when nobody else runs it: a child that ends with whoever wanted it, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from search_api.local import is_starting_or_running
from search_api.supervising import LARGEST_LOG, last_lines

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# Clients wait about two seconds for a server whose input they have closed; the child needs nobody to end.
FAREWELL_SECONDS = 0.5


class Host:
    """`codingit up` without a directory, started whenever nobody holds the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._log = data_dir / "logs" / "mcp.log"
        self._child: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._due = 0.0

    def ensure(self) -> str | None:
        """Start a service unless one is there or on its way; the last words of one that could not start."""
        child = self._child
        if child is not None and child.poll() is None:
            return None
        trouble = None
        if child is not None:
            _close_input(child)
            # One that lost the race for the data directory ends as well, and is no trouble.
            if child.returncode > 0 and not is_starting_or_running(self._data_dir):
                trouble = last_lines(self._log, most=6)
        if is_starting_or_running(self._data_dir) or time.monotonic() < self._due:
            return trouble
        self._due = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self._child = self._spawn()
        return trouble

    def note_running(self) -> None:
        """A service answers: the next one is started without a pause."""
        self._pause, self._due = FIRST_PAUSE_SECONDS, 0.0

    def stop(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        _close_input(child)
        try:
            child.wait(FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            return

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "search_api.cli", "up", "--service-only", "--with-parent"],
                env={**os.environ, "CODINGIT_DATA_DIR": str(self._data_dir.absolute())},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # A client that kills its server's group leaves this one to end in order.
                start_new_session=True,
            )


def _close_input(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
