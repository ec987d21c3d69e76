"""read_file: numbered lines of a file as it is stored now, cut between lines where the budget ends."""

from __future__ import annotations

from search_api.budget import LONGEST_TOKEN, count_tokens, cut_to_tokens
from search_api.file_reading import FileQuery, Passage, read_passage
from search_api.mcp.arguments import ReadFile
from search_api.mcp.desk import Desk

TOKENS_AROUND = 50


def answer_read_file(desk: Desk, asked: ReadFile) -> str:
    """The reply's text. Raises CodingitError."""
    project = desk.project(asked.project)
    passage = read_passage(desk.database, desk.caller, FileQuery(asked.path, project, asked.start_line, asked.end_line))
    path = passage.path if project is None else project.shorten(passage.path)
    if not passage.lines:
        return f"{path} is empty."
    body, shown = _number(passage, asked.max_tokens - TOKENS_AROUND - count_tokens(path))
    last = passage.first + shown - 1
    text = f"{path}:{passage.first}-{last} of {passage.total} lines\n{body}"
    if shown == len(passage.lines):
        return text
    return f"{text}\nCut at {asked.max_tokens} tokens: go on with start_line={last + 1}."


def _number(passage: Passage, room: int) -> tuple[str, int]:
    """The lines with their numbers as far as they fit, and how many; of a line too long alone, its beginning."""
    text = ""
    pieces: list[str] = []
    size = 0
    for number, line in enumerate(passage.lines, passage.first):
        pieces.append(f"{number}\t{line}")
        size += len(pieces[-1]) + 1
        # What lies beyond cannot fit, and a file may be long.
        if size > room * LONGEST_TOKEN:
            break
    text = "\n".join(pieces)
    kept = cut_to_tokens(text, room)
    if len(kept) == len(text):
        return text, len(pieces)
    whole = kept.count("\n")
    if whole:
        return kept[: kept.rindex("\n")], whole
    return f"{kept}... (the line goes on)", 1
