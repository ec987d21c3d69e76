"""Who uses the model next, where one thread at a time may: who asks a query goes before who encodes many texts."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that is handed on in order: urgent threads first, then the others, each in the order they came.

    A plain lock is taken by whoever is quickest, which is the thread that has just let go of it and wants it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._urgent: deque[threading.Event] = deque()
        self._patient: deque[threading.Event] = deque()

    @contextmanager
    def taken(self, *, urgent: bool) -> Iterator[None]:
        """Wait for the turn and keep it for the block."""
        self._wait(urgent)
        try:
            yield
        finally:
            self._hand_on()

    def waiting(self) -> int:
        """How many threads wait."""
        with self._lock:
            return len(self._urgent) + len(self._patient)

    def _wait(self, urgent: bool) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            called = threading.Event()
            (self._urgent if urgent else self._patient).append(called)
        called.wait()

    def _hand_on(self) -> None:
        with self._lock:
            queue = self._urgent or self._patient
            if queue:
                # It stays taken: nobody can step in between.
                queue.popleft().set()
            else:
                self._taken = False
