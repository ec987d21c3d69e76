"""An agent that has grep and a way to read files, and reads until its tokens are spent: what it has seen by then.

It greps for each word of the question that is no word of asking, ignoring case. Two ways are simulated:

- `rarest word first`: the words in the order of their matching lines, fewest first. For each it reads what
  `rg -n WORD | head -10` prints (lines cut to 200 characters), then, file by file in that order, 50 numbered lines
  around the file's first match there: 15 before, 34 after. When all words are through it begins again with the next
  ten lines of each, and so on.
- `most words first`: it reads `rg -c 'A|B|C'` of the 20 files that hold the most different words, those with more
  matches first among equals, then 50 lines of each around the line with the most words, in that order, and goes on to
  the files that were not listed.

No line of a file is read twice. What does not fit is cut between lines, and counts as seen if one line of it did fit.
The words' frequencies are given away: a real agent has to find out. Nothing is charged for the calls themselves.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import SetupError
from search_api.budget import count_tokens, cut_to_tokens
from search_api.query_words import is_question_word
from search_api.source_lines import split_lines

SHORTEST_WORD = 3
LISTED = 10
FILES_LISTED = 20
LONGEST_LINE = 200
LINES_BEFORE = 15
LINES_READ = 50
_WORD = re.compile(r"\w+")


class Way(StrEnum):
    """In which order the agent reads."""

    RAREST = "rarest word first"
    MOST = "most words first"


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching line with the words that it holds, in lower case."""

    path: str
    line: int
    text: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one step puts before the agent: `path` when it is code of a file, and the paths that it names."""

    text: str
    path: str | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Files of which code was read, and files that were at least named, within the budget; and what was spent."""

    shown: tuple[str, ...]
    named: tuple[str, ...]
    tokens: int


def words_to_grep(query: str) -> list[str]:
    """The words worth a grep; all of them when there are no others."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    kept = [word for word in words if len(word) >= SHORTEST_WORD and not is_question_word(word)]
    return kept or words or [query.strip().lower()]


def grep(program: Path, folder: Path, words: Sequence[str]) -> list[Hit]:
    """All matching lines of a folder, by path and line."""
    patterns = [part for word in words for part in ("-e", word)]
    done = subprocess.run(
        [str(program), "-n", "-i", "-F", "--no-heading", "--null", "--sort", "path", *patterns, "./"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if done.returncode > 1:
        raise SetupError(f"ripgrep ended with {done.returncode}.", hint="Run it by hand to see more.")
    return list(_read_hits(done.stdout.decode(errors="replace"), words))


def _read_hits(output: str, words: Sequence[str]) -> Iterator[Hit]:
    for row in output.split("\n"):
        path, found, rest = row.partition("\0")
        number, _, text = rest.partition(":")
        if found and number.isdigit():
            lowered = text.lower()
            yield Hit(path.removeprefix("./"), int(number), text, frozenset(w for w in words if w in lowered))


def read_within(pieces: Iterable[Piece], budget: int) -> Seen:
    """What of the steps, in order, fits."""
    spent = 0
    shown: dict[str, None] = {}
    named: dict[str, None] = {}
    for piece in pieces:
        text = piece.text
        cost = count_tokens(text)
        if spent + cost > budget:
            text = "".join(cut_to_tokens(text, budget - spent).rpartition("\n")[:2])
            cost = count_tokens(text)
        if text:
            if piece.path is not None:
                shown[piece.path] = None
            named.update(dict.fromkeys(path for path in piece.names if path in text))
        spent += cost
        if len(text) < len(piece.text):
            break
    return Seen(tuple(shown), tuple({**shown, **named}), spent)


def steps(way: Way, folder: Path, hits: Sequence[Hit], words: Sequence[str]) -> Iterator[Piece]:
    """What the agent reads, one step after the other, without end of its budget."""
    read: dict[str, set[int]] = defaultdict(set)
    if way is Way.MOST:
        yield from _most_words(folder, hits, read)
        return
    lines = {word: [hit for hit in hits if word in hit.words] for word in words}
    rarest = sorted(words, key=lambda word: (len(lines[word]), words.index(word)))
    for start in range(0, max(map(len, lines.values()), default=0), LISTED):
        for word in rarest:
            listed = lines[word][start : start + LISTED]
            rows = [f"{hit.path}:{hit.line}:{hit.text[:LONGEST_LINE]}\n" for hit in listed]
            if rows:
                yield Piece("".join(rows), None, tuple(hit.path for hit in listed))
            firsts: dict[str, Hit] = {}
            for hit in listed:
                firsts.setdefault(hit.path, hit)
            for hit in firsts.values():
                yield from _window(folder, hit, read)


def _most_words(folder: Path, hits: Sequence[Hit], read: dict[str, set[int]]) -> Iterator[Piece]:
    by_file: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_file[hit.path].append(hit)

    def worth(path: str) -> tuple[int, int, str]:
        different = frozenset().union(*(hit.words for hit in by_file[path]))
        return -len(different), -len(by_file[path]), path

    best = sorted(by_file, key=worth)
    if best:
        rows = [f"{path}:{len(by_file[path])}\n" for path in best[:FILES_LISTED]]
        yield Piece("".join(rows), None, tuple(best[:FILES_LISTED]))
    for path in best:
        yield from _window(folder, max(by_file[path], key=lambda hit: (len(hit.words), -hit.line)), read)


def _window(folder: Path, hit: Hit, read: dict[str, set[int]]) -> Iterator[Piece]:
    try:
        lines = split_lines((folder / hit.path).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return
    first = max(1, hit.line - LINES_BEFORE)
    wanted = [n for n in range(first, min(first + LINES_READ, len(lines) + 1)) if n not in read[hit.path]]
    read[hit.path].update(wanted)
    if wanted:
        yield Piece("".join(f"{n}\t{lines[n - 1]}\n" for n in wanted), hit.path, (hit.path,))
