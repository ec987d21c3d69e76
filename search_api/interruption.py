"""What SIGINT and SIGTERM do to a long-running command: end its waiting at once, and never its cleaning up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Remembers that somebody asked for the end, and raises KeyboardInterrupt only where that is allowed.

    A start or a stop that is cut in half leaves processes behind, so there the request waits until it is done.
    """

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._raises = False

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Take the signals for the block; main thread only."""
        before = {number: signal.signal(number, self._note) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """A block that a signal ends with KeyboardInterrupt, also one that came before."""
        self._raises = True
        try:
            if self.requested.is_set():
                raise KeyboardInterrupt
            yield
        finally:
            self._raises = False

    def _note(self, number: int, frame: object) -> None:
        self.requested.set()
        if self._raises:
            self._raises = False
            raise KeyboardInterrupt
