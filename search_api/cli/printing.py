"""How results look: where, what, and the few lines that say why; coloured in a terminal, plain in a pipe."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from search_api.cli.failing import printable

if TYPE_CHECKING:
    from search_api.client import ChatAnswer, ChatResult, CodeAnswer, CodeResult, EverythingAnswer, Match

# As many lines as tell whether a result is the one, so that five results fit on a screen.
SHOWN_LINES = 5
LONGEST_LINE = 160
# Shorter words are in too many others.
_WORD = re.compile(r"[A-Za-z]{4,}")


def print_json(document: object) -> None:
    # ASCII only: what reads it need not guess an encoding, and half a surrogate pair does no harm.
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def print_code_reply(reply: CodeAnswer, query: str, *, colour: bool | None = None) -> None:
    """Results of a code search, best first."""
    coloured = sys.stdout.isatty() if colour is None else colour
    for number, result in enumerate(reply.results, 1):
        heading = _heading(number, result)
        start = result.start_line
        matched = result.matched_lines
        first, lines = choose_lines(result.content, query, matched=matched[0] - start if matched else None)
        start += first
        if coloured:
            _print_coloured(heading, lines, start, result.language)
        else:
            _print_plain(heading, lines, start)
        if result.scores:
            because = ", ".join(f"{name} {value:+.3f}" for name, value in result.scores.items())
            _write(f"      because: {because}")
        _write("")
    for line in _remarks(reply):
        _write(line)


def print_everything_reply(reply: EverythingAnswer, query: str) -> None:
    """Code, messages and tasks as one list."""
    for number, found in enumerate(reply.results, 1):
        if found.code is not None:
            _write(
                f"{number}. code  {found.code.path}:{found.code.start_line}-{found.code.end_line}  {found.score:.3f}"
            )
            first, lines = choose_lines(found.code.content, query)
            for at, line in enumerate(lines, found.code.start_line + first):
                _write(f"{at:>5} | {line}")
        elif found.chat is not None:
            _write(f"{number}. chat  {_said(found.chat)}  {found.score:.3f}")
            snippet = mark_matches(found.chat.snippet, found.chat.matches)
            _write("      " + snippet.replace("\n", "\n      "))
        elif found.task is not None:
            _write(f"{number}. task {found.task.id}  {found.task.status}  {found.score:.3f}")
            _write("      " + found.task.prompt[:LONGEST_LINE].replace("\n", "\n      "))
        _write("")
    if not reply.results:
        _write("Nothing found.")
    for line in _unknown_words(reply.widened):
        _write(line)
    for kind, reason in reply.left_out.items():
        _write(f"Not searched: {kind}. {reason}")
    if reply.index.code is not None and reply.index.code.pending:
        _write(f"{reply.index.code.pending} of {reply.index.code.files} files are not indexed yet.")
    if reply.index.chat is not None and reply.index.chat.pending:
        _write(f"{reply.index.chat.pending} messages are found by their words alone so far.")


def print_chat_reply(reply: ChatAnswer) -> None:
    """Messages that a chat search found."""
    for number, result in enumerate(reply.results, 1):
        _write(f"{number}. {_said(result)}  {result.score:.3f}")
        _write("      " + mark_matches(result.snippet, result.matches).replace("\n", "\n      "))
        _write("")
    if not reply.results:
        _write("Nothing found.")
    if reply.index.pending:
        _write(f"{reply.index.pending} messages are found by their words alone so far.")


def _said(result: ChatResult) -> str:
    """Where, by whom and when."""
    when = f"  {result.created_at:%Y-%m-%d %H:%M}" if result.created_at else ""
    return f"{result.session_title}  {result.role}{when}"


def choose_lines(
    content: str, query: str, most: int = SHOWN_LINES, *, matched: int | None = None
) -> tuple[int, list[str]]:
    """The lines to show, and the number of lines before them: those around the asked words, else the beginning.

    `matched` is the number of lines before an exact match, which is then shown after the line above it.
    """
    lines = content.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        return 0, []
    stems = {word.lower()[:5] for word in _WORD.findall(query)}
    if matched is not None and matched < len(lines):
        first = max(0, min(matched - 1, len(lines) - most))
        return first, [line.rstrip("\r")[:LONGEST_LINE] for line in lines[first : first + most]]
    # Squared: one line with two of the words says more than two with one each.
    told = [sum(stem in line.lower() for stem in stems) ** 2 for line in lines]
    starts = range(filled[0], max(filled[0], len(lines) - most) + 1)
    # Best begun with a line that tells, and then the first of the best: a definition stands before its body.
    best = max(starts, key=lambda start: (sum(told[start : start + most]) + told[start], -start))
    return best, [line.rstrip("\r")[:LONGEST_LINE] for line in lines[best : best + most]]


def mark_matches(snippet: str, matches: Sequence[Match]) -> str:
    """The snippet with what was found in brackets of its own."""
    for match in sorted(matches, key=lambda each: each.start, reverse=True):
        snippet = f"{snippet[: match.start]}[{snippet[match.start : match.end]}]{snippet[match.end :]}"
    return snippet


def _heading(number: int, result: CodeResult) -> str:
    named = f"  {result.kind} {result.symbol}" if result.symbol else ""
    named += f"  with {result.asked_name}" if result.asked_name else ""
    stale = "  (changed since it was indexed)" if result.stale else ""
    return f"{number}. {result.path}:{result.start_line}-{result.end_line}{named}  {result.score:.3f}{stale}"


def _remarks(reply: CodeAnswer) -> list[str]:
    remarks = [] if reply.results else ["Nothing found."]
    remarks += _unknown_words(reply.widened)
    if reply.index.pending:
        remarks.append(f"{reply.index.pending} of {reply.index.files} files are not indexed yet.")
    if reply.index.failed:
        remarks.append(f"{reply.index.failed} files could not be indexed; 'codingit status' names them.")
    return remarks


def _unknown_words(widened: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [f"No '{asked}' in this code; also looked for: {', '.join(taken)}." for asked, taken in widened.items()]


def _print_plain(heading: str, lines: Sequence[str], start: int) -> None:
    _write(heading)
    for number, line in enumerate(lines, start):
        _write(f"{number:>5} | {line}")


def _print_coloured(heading: str, lines: Sequence[str], start: int, language: str | None) -> None:
    from rich.console import Console
    from rich.syntax import Syntax

    console = Console(highlight=False)
    console.print(printable(heading), style="bold cyan", markup=False)
    text = printable("\n".join(lines))
    console.print(Syntax(text, language or "text", start_line=start, line_numbers=True, background_color="default"))


def _write(line: str) -> None:
    # What the terminal's encoding cannot show is no reason to fail.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(printable(line).encode(encoding, "replace").decode(encoding) + "\n")
