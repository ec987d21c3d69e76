"""When the model is loaded: beside the requests, once somebody asks whether the service is ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger("codingit.warmup")


class Warmup:
    """Runs a slow load in the background, one at a time."""

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._busy = threading.Lock()

    def start(self) -> None:
        """Start loading unless it goes on already; returns at once."""
        if self._busy.acquire(blocking=False):
            threading.Thread(target=self._run, name="warmup", daemon=True).start()

    def _run(self) -> None:
        try:
            self._load()
        # Whatever it is, the next probe tries again, and searches say the reason to who asks.
        except Exception:
            LOG.exception("the model could not be loaded")
        finally:
            self._busy.release()
