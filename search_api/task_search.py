"""Which of the caller's tasks answer a query: those that hold its words, and those whose prompt is near in meaning.

Prompts are short and a user has few, so they are compared as they are now, without an index that could be behind; with
a model that takes its time a search must not wait for it, and words alone find tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from search_api.chat_fusion import MEANING_WHERE_NOT, MEANING_WHERE_SAID, UNRELATED
from search_api.chat_syntax import ParsedQuery, any_of, parse_query
from search_api.text_rows import TextRows
from sql.database import Connection
from sql.task_search import FoundTask, find_tasks_by_words, read_found_tasks, read_prompts

# A task that holds all words has this or more from the search by words.
ALL_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class TaskHit:
    """A task that answers; `meaning` is the cosine of its prompt with the query, None where that was not asked."""

    task: FoundTask
    score: float
    meaning: float | None


def search_tasks(connection: Connection, rows: TextRows | None, query: str, most: int) -> list[TaskHit]:
    """Best first, of equal ones the newer; without rows by words alone."""
    parsed = parse_query(query)
    by_words = {task.id: task for task in find_tasks_by_words(connection, query, any_of(parsed.words), most)}
    near = _nearness(connection, rows, parsed, has_words=bool(by_words))
    scores = fuse({task.id: task.score for task in by_words.values()}, near)
    best = sorted(scores, key=lambda task_id: (scores[task_id], task_id), reverse=True)[:most]
    missing = [task_id for task_id in best if task_id not in by_words]
    tasks = by_words | {task.id: task for task in read_found_tasks(connection, missing)}
    return [
        TaskHit(replace(tasks[task_id], score=scores[task_id]), scores[task_id], near.get(task_id))
        for task_id in best
        if task_id in tasks
    ]


def fuse(words: Mapping[int, float], near: Mapping[int, float]) -> dict[int, float]:
    """Scores by task: where one holds all that was typed words decide, else meaning does, as in chats."""
    said = max(words.values(), default=0.0) >= ALL_WORDS
    weight = MEANING_WHERE_SAID if said else MEANING_WHERE_NOT
    most, nearest = max(words.values(), default=0.0), max(near.values(), default=0.0)
    scores = {task_id: score / most if most > 0 else 0.0 for task_id, score in words.items()}
    for task_id, cosine in near.items():
        if cosine > (UNRELATED if said and task_id not in words else 0.0):
            scores[task_id] = scores.get(task_id, 0.0) + weight * cosine / nearest
    return scores


def _nearness(
    connection: Connection, rows: TextRows | None, parsed: ParsedQuery, *, has_words: bool
) -> dict[int, float]:
    """The cosines of the newest tasks; none where the query says exactly what is wanted, or means nothing."""
    text = " ".join(parsed.words)
    # Words that neither the tasks nor the model know are near to something by chance.
    if rows is None or not (parsed.is_plain and text and (has_words or rows.knows(text))):
        return {}
    prompts = read_prompts(connection)
    cosines = rows.compare(text, [each.text for each in prompts])
    return {} if cosines is None else dict(zip((each.id for each in prompts), cosines, strict=True))
