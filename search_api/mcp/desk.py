"""What a tool has at hand for one call: who asks, in which session, and the service's parts."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from models.caller import Caller
from models.errors import InvalidRequestError
from models.reranker import Reranker
from search_api.active_encoder import ActiveEncoder
from search_api.mcp.memory import Memory, SessionKey
from search_api.project_lookup import NamedProject, find_project
from search_api.settings import Settings
from sql.database import Database

# As a project's name: where an agent's directory is the default, all others are asked by it.
EVERYWHERE = "*"


class Timer(Protocol):
    """Measures a block as this stage."""

    def __call__(self, stage: str, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """One call's collaborators; `session` is the protocol's own, None where it has none."""

    database: Database
    encoder: ActiveEncoder
    caller: Caller
    settings: Settings
    memory: Memory
    timed: Timer
    reranker: Reranker | None = None
    session: str | None = None

    def project(self, name: str | None) -> NamedProject | None:
        """The project of this name; None for none and for all. Raises NotFoundError."""
        if name is None or name == EVERYWHERE:
            return None
        with self.database.acting_as(self.caller) as connection:
            return find_project(connection, name)

    def session_key(self, named: str | None) -> SessionKey | None:
        """The session to remember by: the one that the agent names, else the protocol's."""
        name = named or self.session
        return None if name is None or self.caller.user_id is None else (self.caller.user_id, name)

    def refuse_long_query(self, query: str) -> None:
        most = self.settings.max_query_chars
        if len(query) > most:
            raise InvalidRequestError(
                "The query is too long.", hint=f"At most {most} characters; ask for less at once."
            )
