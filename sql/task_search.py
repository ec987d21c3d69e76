"""The caller's tasks that a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.rows import TaskStatusEnum
from sql.database import Connection
from sql.loading import query

# The newest; nobody looks for more.
MOST_READ = 2000
# As near as a prompt's words must be to those of a query of which no task holds any.
LIKE_ENOUGH = 0.45


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A task with the beginning of its logs as text; scores compare within one reply."""

    id: int
    status: TaskStatusEnum
    progress: int
    prompt: str
    repo_url: str | None
    branch_name: str | None
    selected_agent: str | None
    created_at: datetime
    updated_at: datetime
    score: float
    logs: str | None


def search_tasks(connection: Connection, wanted: str, any_word: str, most: int) -> list[FoundTask]:
    """Best first; both queries are in websearch syntax."""
    parameters: dict[str, object] = {
        "query": wanted,
        "any_word": any_word,
        "most": most,
        "most_read": MOST_READ,
        "like_enough": LIKE_ENOUGH,
    }
    return [FoundTask(*row) for row in connection.execute(query("tasks/search_tasks"), parameters).fetchall()]
