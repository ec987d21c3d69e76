"""What an agent has been sent in its session, so that the same code is not sent twice."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from search_api.code_search import CodeHit

# A session that was forgotten is sent code again, and nothing worse.
MOST_SESSIONS = 1000
MOST_CHUNKS = 2000

# A user's session: a name alone would let users meet in one.
SessionKey = tuple[UUID, str]


@dataclass(slots=True)
class Memory:
    """Chunks by session, the sessions and chunks that were used last; safe for several threads."""

    most_sessions: int = MOST_SESSIONS
    _sessions: OrderedDict[SessionKey, OrderedDict[bytes, None]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def knows(self, session: SessionKey | None, hit: CodeHit) -> bool:
        """Whether exactly this was sent: what has changed since counts as new."""
        with self._lock:
            return session is not None and _digest(hit) in self._sessions.get(session, ())

    def note(self, session: SessionKey | None, hits: list[CodeHit]) -> None:
        if session is None:
            return
        with self._lock:
            sent = self._sessions.setdefault(session, OrderedDict())
            self._sessions.move_to_end(session)
            for hit in hits:
                sent[_digest(hit)] = None
                sent.move_to_end(_digest(hit))
            while len(sent) > MOST_CHUNKS:
                sent.popitem(last=False)
            while len(self._sessions) > self.most_sessions:
                self._sessions.popitem(last=False)

    def forget(self, session: SessionKey) -> None:
        with self._lock:
            self._sessions.pop(session, None)


def _digest(hit: CodeHit) -> bytes:
    text = f"{hit.file_id}:{hit.start_line}:{hit.path}\n{hit.content}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
