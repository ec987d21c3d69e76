"""The caller's tasks that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.rows import TaskStatusEnum
from sql.database import Connection
from sql.loading import query

# The newest; nobody looks for more.
MOST_READ = 2000
# As near as a prompt's words must be to those of a query of which no task holds any.
LIKE_ENOUGH = 0.45
# Whose meaning is compared: beyond them a user goes by words. What a task is about stands at its prompt's beginning.
MOST_PROMPTS = 500
PROMPT_CHARACTERS = 500


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


@dataclass(frozen=True, slots=True)
class TaskPrompt:
    """The beginning of what a task is to do."""

    id: int
    text: str


def find_tasks_by_words(connection: Connection, wanted: str, any_word: str, most: int) -> list[FoundTask]:
    """Best first; both queries are in websearch syntax."""
    parameters: dict[str, object] = {
        "query": wanted,
        "any_word": any_word,
        "most": most,
        "most_read": MOST_READ,
        "like_enough": LIKE_ENOUGH,
    }
    return [FoundTask(*row) for row in connection.execute(query("tasks/search_tasks"), parameters).fetchall()]


def read_prompts(connection: Connection) -> list[TaskPrompt]:
    """Of the newest tasks, the newest first."""
    parameters = {"most": MOST_PROMPTS, "most_characters": PROMPT_CHARACTERS}
    return [TaskPrompt(*row) for row in connection.execute(query("tasks/read_prompts"), parameters).fetchall()]


def read_found_tasks(connection: Connection, ids: Sequence[int]) -> list[FoundTask]:
    """Those that are the caller's, in no order; their score is 0."""
    if not ids:
        return []
    return [
        FoundTask(*row) for row in connection.execute(query("tasks/read_found_tasks"), {"ids": list(ids)}).fetchall()
    ]
