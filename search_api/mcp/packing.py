"""How results become a reply within a token budget: the best with their code, then names, then how to go on.

Pure. A result that would take more than its share is cut between lines, so that a long one does not keep others out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search_api.budget import count_tokens, cut_to_tokens
from search_api.code_search import CodeHit
from search_api.source_lines import split_lines

# Of the budget, for one result. Labelled files of which code is shown within 500, 1,000, 1,500, 2,000 tokens with 0.4,
# 0.25, 0.2: 0.80, 0.87, 0.90, 0.92; 0.86, 0.89, 0.90, 0.92; 0.87, 0.90, 0.91, 0.92 (273 queries over nine projects).
# Less finds more and shows less of it: at the usual budget a quarter is some 40 lines.
LARGEST_SHARE = 0.25
# What is little longer than its share is not cut: the note would take as much as the rest.
SPARED = 1.3
# With less of its code a result is better named.
LEAST_SHOWN = 60
# A result whose score is less than that of the page's first by more than this is named, not shown. Files shown within
# 1,500 tokens, and the tokens that it takes, without it and with 8, 5, 4: 0.901 for 1,393; 0.901 for 1,258; 0.898 for
# 1,010; 0.891 for 827 (nine projects). 0.973 for 1,386; 0.973 for 1,215; 0.969 for 903; 0.968 for 637 (fifteen others).
LARGEST_GAP = 5.0
# For what is named below the code. With 0.05 and 0.2, code of 0.5 % more and of 1 % fewer files is shown, and 1.5 %
# fewer and 0.5 % more are named.
SHARE_OF_NAMES = 0.12
MOST_NAMED = 8
SENT = "(sent before)"
# A match is shown with so many lines before it when it would be cut off.
LINES_BEFORE_MATCH = 2


@dataclass(frozen=True, slots=True)
class Packed:
    """Text of the results, those shown whole, how many were passed in the list, and whether one was sent before."""

    text: str
    shown: tuple[CodeHit, ...]
    passed: int
    repeats: bool


def pack(
    hits: Sequence[CodeHit],
    budget: int,
    *,
    shorten: Callable[[str], str],
    sent: Callable[[CodeHit], bool],
    first_number: int = 1,
) -> Packed:
    """The results in order within the budget; the first one is always there, if only in part."""
    blocks: list[str] = []
    whole: list[CodeHit] = []
    left = int(budget * (1 - SHARE_OF_NAMES))
    share = int(budget * LARGEST_SHARE)
    for hit in hits:
        if hit.score < hits[0].score - LARGEST_GAP:
            break
        heading = _heading(first_number + len(blocks), hit, shorten)
        if sent(hit):
            block, is_whole = f"{heading} {SENT}", True
        else:
            room = min(left, share if blocks or len(hits) > 1 else left) - count_tokens(heading) - 2
            largest = min(left - count_tokens(heading) - 2, int(room * SPARED))
            code, is_whole = _fit(hit, room, largest, shorten(hit.path), must=not blocks)
            if code is None:
                break
            block = f"{heading}\n{code}"
        cost = count_tokens(block) + 2
        if blocks and cost > left:
            break
        blocks.append(block)
        left -= cost
        if is_whole:
            whole.append(hit)
    passed = len(blocks)
    names = _names(hits[passed:], left + int(budget * SHARE_OF_NAMES), first_number + passed, shorten)
    return Packed(_join([*blocks, *names]), tuple(whole), passed, any(map(sent, hits[:passed])))


def _join(blocks: Sequence[str]) -> str:
    """With a blank line around code; lines that only name follow each other."""
    text = ""
    for before, block in zip(["", *blocks], blocks, strict=False):
        gap = "\n" if before.endswith(SENT) and block.endswith(SENT) else "\n\n"
        text += block if not text else gap + block
    return text


def _names(rest: Sequence[CodeHit], left: int, number: int, shorten: Callable[[str], str]) -> list[str]:
    """One block that names the next results, as far as there is room."""
    lines = ["Also found:"]
    left -= count_tokens(lines[0])
    for hit in rest[:MOST_NAMED]:
        line = _heading(number + len(lines) - 1, hit, shorten)
        left -= count_tokens(line) + 1
        if left < 0:
            break
        lines.append(line)
    return ["\n".join(lines)] if len(lines) > 1 else []


def _heading(number: int, hit: CodeHit, shorten: Callable[[str], str]) -> str:
    what = f" {hit.kind} {hit.symbol}" if hit.symbol else ""
    what += f" with {hit.asked_name}" if hit.asked_name else ""
    changed = " (the file has changed since)" if hit.stale else ""
    return f"[{number}] {shorten(hit.path)}:{hit.start_line}-{hit.end_line}{what}{changed}"


def _fit(hit: CodeHit, room: int, largest: int, path: str, *, must: bool) -> tuple[str | None, bool]:
    """The code, whole if it takes no more than `largest`, or the lines that fit with a note on the others.

    None when too little would be left, unless something must be shown.
    """
    content = hit.content.rstrip()
    if not content or count_tokens(content) <= largest:
        return content, True
    if room < LEAST_SHOWN and not must:
        return None, False
    lines = split_lines(content)
    note = "... {} more lines: read_file path={} start_line={} end_line={}"
    room -= count_tokens(note.format(len(lines), path, hit.end_line, hit.end_line))
    kept = _lines_within(lines, room)
    first = 0
    if hit.matched_lines and hit.matched_lines[0] - hit.start_line >= len(kept):
        first = min(max(0, hit.matched_lines[0] - hit.start_line - LINES_BEFORE_MATCH), len(lines) - 1)
        kept = _lines_within(lines[first:], room)
    if not kept:
        # A line longer than the room: what fits of it.
        kept = [cut_to_tokens(lines[first], max(1, room)) + "..."]
    following = first + len(kept)
    if following >= len(lines):
        rest = note.format(first, path, hit.start_line, hit.start_line + first - 1)
    else:
        rest = note.format(len(lines) - len(kept), path, hit.start_line + following, hit.end_line)
    head = [f"(from line {hit.start_line + first})"] if first else []
    return "\n".join([*head, *kept, rest]), False


def _lines_within(lines: Sequence[str], room: int) -> list[str]:
    """As many first lines as fit."""
    text = "\n".join(lines)
    fitting = cut_to_tokens(text, max(0, room))
    if len(fitting) == len(text):
        return list(lines)
    return list(lines[: fitting.count("\n")])
