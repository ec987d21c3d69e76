"""When the index is looked after: beside the worker, for a large one takes minutes and no edit may wait."""

from __future__ import annotations

import logging
import threading
from time import monotonic

from indexer.approximate import maintain_indexes
from indexer.approximate_chats import maintain_chat_indexes
from models.errors import CodingitError
from sql.upkeep import refresh_statistics

log = logging.getLogger("codingit.worker")

# To know how many messages each user has, all of them are counted: a tenth of a second a million. So it is done now and
# then, and after so many new chunks and parts of messages.
CHATS_SECONDS = 600.0
MANY_PARTS = 3_000


class Maintenance:
    """Makes, checks and drops approximate indexes, and tells the planner of many new chunks, in a thread of its own.

    One run at a time.
    """

    def __init__(self, owner_url: str, dimensions: int) -> None:
        self._owner_url = owner_url
        self._dimensions = dimensions
        self._thread: threading.Thread | None = None
        self._looked_at_chats = -CHATS_SECONDS

    def start(self, model_id: int, written: int = 0) -> None:
        """Maintain once, after so many new chunks, unless the last time has not ended yet."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._maintain, args=(model_id, written), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _maintain(self, model_id: int, written: int) -> None:
        try:
            if written and refresh_statistics(self._owner_url, written):
                log.info("statistics are up to date after %d new chunks", written)
            made = [maintain_indexes(self._owner_url, model_id=model_id, dimensions=self._dimensions)]
            if written >= MANY_PARTS or monotonic() - self._looked_at_chats > CHATS_SECONDS:
                made.append(maintain_chat_indexes(self._owner_url, model_id=model_id, dimensions=self._dimensions))
                self._looked_at_chats = monotonic()
        except CodingitError as error:
            # Searches are right without an index, and the next time comes within a minute.
            log.warning("the approximate indexes stay as they are: %s", error.detail)
            return
        for each in made:
            if each.built or each.dropped:
                log.info("approximate indexes: built %s, dropped %d", each.built, each.dropped)
