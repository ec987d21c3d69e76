"""Candidates made by hand, for tests of what is pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from sql.search import Candidate

_ids = count(1)


def candidate(
    path: str,
    *,
    lexical: float | None = 0.0,
    dense: float | None = 0.0,
    defines: Sequence[str] = (),
    symbol: str | None = None,
    kind: str = "function",
    role: str = "implementation",
    line: int = 1,
) -> Candidate:
    """A chunk of ten lines of a file below a project's folder."""
    return Candidate(
        id=next(_ids),
        file_id=str(uuid5(NAMESPACE_URL, path)),
        path=path,
        kind=kind,
        symbol=symbol,
        defines=defines,
        role=role,
        start_line=line,
        dense=dense,
        lexical=lexical,
    )
