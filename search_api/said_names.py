"""Terms as people know them: without case and underscores they are neither what was typed nor what the code says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from models.tokens import whole_form

_NAME = re.compile(r"[\w-]+")


def name_terms(
    widened: Mapping[str, Mapping[str, float]], query: str, symbols: Iterable[str | None]
) -> dict[str, dict[str, float]]:
    """Unknown terms as the query says them, each with the similar ones as the symbols of the results write them."""
    if not widened:
        return {}
    typed = _by_term([query])
    written = _by_term(symbol for symbol in symbols if symbol)
    return {
        typed.get(unknown, unknown): {written.get(term, term): likeness for term, likeness in known.items()}
        for unknown, known in widened.items()
    }


def _by_term(texts: Iterable[str]) -> dict[str, str]:
    return {whole_form(name): name for text in texts for name in _NAME.findall(text)}
