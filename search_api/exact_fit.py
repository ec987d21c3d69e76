"""How well a file's path or a definition's name fits one that was typed: 1 for the very same, 0 for another."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Without its ending (cli/up for cli/up.py), with more of the name (cli/up for cli/update.py), a folder of that name,
# and one whose name goes on.
WITHOUT_ENDING = 0.9
BEGINNING = 0.6
FOLDER = 0.5
FOLDERS_BEGINNING = 0.3
# The name alone, while it was asked for as a member of something else.
UNQUALIFIED = 0.5
_SEPARATOR = re.compile(r"\.|::|->|#|\\")


def fit_path(path: str, asked: str) -> float:
    """How well a path fits a lower-case one, without slashes at its ends, that may lack what comes before or after."""
    path, asked = path.lower(), f"/{asked}"
    if path.endswith(asked) or asked.endswith(path):
        return 1.0
    fits = (_fit_rest(path[found.end() :]) for found in re.finditer(re.escape(asked), path))
    return max(fits, default=0.0)


def fit_name(symbol: str | None, defines: Sequence[str], asked: str) -> float:
    """How well what a chunk defines fits a name with dots between its parts; letters' cases count."""
    qualified = ".".join(_SEPARATOR.split(symbol)) if symbol else ""
    if qualified == asked or qualified.endswith(f".{asked}") or asked in defines:
        return 1.0
    last = asked.rsplit(".", 1)[-1]
    return UNQUALIFIED if qualified.rsplit(".", 1)[-1] == last or last in defines else 0.0


def name_beside(symbol: str | None, defines: Sequence[str], asked: str) -> str | None:
    """The bare name that was asked for, where a chunk defines it beside what it is called after; else None."""
    last = asked.rsplit(".", 1)[-1]
    is_symbol = symbol is not None and _SEPARATOR.split(symbol)[-1] == last
    return last if last in defines and not is_symbol else None


def is_definition_of(asked: str, symbol: str | None, beside: str | None) -> bool:
    """Tell whether a result is of the very name: as it is called, or as `name_beside` tells of another one in it."""
    if beside is not None and fit_name(f"{symbol}.{beside}" if symbol else beside, (), asked) == 1.0:
        return True
    return fit_name(symbol, (), asked) == 1.0


def _fit_rest(rest: str) -> float:
    if "/" not in rest:
        return WITHOUT_ENDING if rest.startswith(".") else BEGINNING
    return FOLDER if rest.startswith("/") else FOLDERS_BEGINNING
