"""What a regular expression between slashes means to PostgreSQL, and which letters whatever it matches must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A trigram is the least that the lexicon can be asked for.
SHORTEST_FRAGMENT = 3
_RUN = re.compile(r"[A-Za-z0-9]+")
_QUANTIFIER = re.compile(r"[*+?]\??|\{\d+(?:,\d*)?\}\??")
_CLASS = re.compile(r"\[\^?\]?(?:\[[:.=][^\]]*\]|\[(?![:.=])|\\.|[^\[\]\\])*\]", re.DOTALL)
# What follows the backslash belongs to it: a code point, a reference, a class.
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]+|c.|\d+|.)", re.DOTALL)
_IGNORES_CASE = re.compile(r"\(\?i\)")
# A word's border is \b in most dialects; in PostgreSQL's it is \y, and \b a backspace.
_BORDERS = {"\\b": "\\y", "\\B": "\\Y"}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as PostgreSQL reads it, and lower-case fragments each of which any match holds."""

    source: str
    fragments: tuple[str, ...]


def read_expression(body: str, *, ignore_case: bool = False) -> Expression:
    """Read what stands between the slashes: `^` and `$` are ends of lines, `.` and `[^x]` stay within one.

    Whether it is valid is for PostgreSQL to say.
    """
    if flag := _IGNORES_CASE.match(body):
        ignore_case, body = True, body[flag.end() :]
    pieces = _pieces(body)
    source = "".join(_BORDERS.get(piece, piece) for piece in pieces)
    return Expression(("(?in)" if ignore_case else "(?n)") + source, _fragments(pieces))


def fragments_of(text: str) -> tuple[str, ...]:
    """Runs of ASCII letters and digits: each is within one word of the lexicon wherever the text stands."""
    runs = (run.lower() for run in _RUN.findall(text))
    return tuple(dict.fromkeys(run for run in runs if len(run) >= SHORTEST_FRAGMENT))


def _pieces(body: str) -> list[str]:
    """The expression cut into classes, escapes, quantifiers and single characters."""
    pieces: list[str] = []
    at = 0
    while at < len(body):
        pattern = {"[": _CLASS, "\\": _ESCAPE}.get(body[at], _QUANTIFIER)
        found = pattern.match(body, at)
        piece = found.group() if found else body[at]
        pieces.append(piece)
        at += len(piece)
    return pieces


def _fragments(pieces: list[str]) -> tuple[str, ...]:
    """Literal runs outside of every group; none where an alternative could do without them."""
    kept: list[str] = []
    run, depth = "", 0
    for piece in pieces:
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
        elif piece == "|" and depth == 0:
            return ()
        elif depth:
            continue
        elif len(piece) == 1 and piece.isascii() and piece.isalnum():
            run += piece
            continue
        elif _QUANTIFIER.fullmatch(piece) and piece[0] != "+":
            # What is repeated may be missing.
            run = run[:-1]
        kept.append(run)
        run = ""
    return fragments_of(" ".join([*kept, run]))
