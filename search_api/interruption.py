"""What SIGINT and SIGTERM do to a long-running command: end its waiting at once, and never its cleaning up."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Remembers that somebody asked for the end, and raises KeyboardInterrupt only where that is allowed.

    A start or a stop that is cut in half leaves processes behind, so there the request waits until it is done. The
    exception alone is not enough: raised within a finaliser or a weak reference's callback, as every import has them,
    Python drops it.
    """

    def __init__(self) -> None:
        # For other threads, and to wait for.
        self.requested = threading.Event()
        self._asked = False
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

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return self._asked

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """A block that a signal ends with KeyboardInterrupt, also one that came before."""
        self._raises = True
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._raises = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Within an allowed block: a part that is done whole. At its end an earlier signal raises, also a lost one."""
        before, self._raises = self._raises, False
        try:
            yield
        finally:
            self._raises = before
        if before and self._asked:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: object) -> None:
        first = not self._asked
        self._asked = True
        # Not from here: who is interrupted while it waits for the event holds the event's lock.
        _thread.start_new_thread(self.requested.set, ())
        # A second one would cut into what the first has begun to clean up.
        if first and self._raises:
            raise KeyboardInterrupt
