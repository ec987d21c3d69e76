"""The order of code results: files by the evidence for them, each shown by its best chunk; every score can say why.

A file's score is the sum of its signs, each times its weight. Places in different files come before a second place in
the same one, unless that file is far ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from search_api.evidence import FileEvidence, Sign, weigh_files
from search_api.query_words import read_query
from sql.search import Candidate


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign counts; one field a sign.

    Fitted by `python -m benchmarks.fitting` on the labelled queries of two sets of repositories, the first counting
    more, and rounded; docs/quality.md has the figures. Those of examples, generated, vendored and former files are
    set by hand, since the labelled repositories have too few of them to learn from, and so is that of a definition:
    who types a name wants the place where it is defined.
    """

    words: float = 1.95
    words_of_file: float = 0.95
    meaning: float = 2.5
    meaning_of_file: float = 1.8
    definition: float = 1.0
    name: float = 1.75
    file_name: float = 0.65
    file_name_said: float = 1.35
    declaration: float = -0.25
    test: float = -2.4
    documentation: float = -0.7
    example: float = -1.5
    generated: float = -2.0
    vendored: float = -2.0
    former: float = -1.3
    # By hand as well: a path outweighs all others together.
    path: float = 12.0
    named_exactly: float = 2.0
    # These hold for whatever is found.
    phrase: float = 1.0
    pattern: float = 1.0
    # What each further chunk of a file loses, so that another file of nearly the same score comes first.
    further_chunk: float = -4.0


WEIGHTS = Weights()
_SIGNS = tuple((sign, field.name) for field in fields(Weights) if (sign := Sign.__members__.get(field.name.upper())))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts that add up to it."""

    candidate: Candidate
    score: float
    parts: Mapping[str, float]


def rank(
    query: str,
    candidates: Sequence[Candidate],
    limit: int,
    *,
    widened: Mapping[str, Mapping[str, float]] | None = None,
    held: Sequence[Sign] = (),
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """The best `limit` candidates, best first; ties go to the earlier chunk of the lesser path.

    `widened` tells which terms that the scope does not know stand for which that it does, `held` what each of the
    candidates was checked for.
    """
    read = read_query(query, widened or {})
    counted = _counted_signs(weights)
    ranked: list[tuple[float, str, int, Candidate, Mapping[str, float], float]] = []
    for file in weigh_files(read, candidates):
        signs = {**file.signs, **dict.fromkeys(held, 1.0)} if held else file.signs
        parts = {name: value * weight for sign, name, weight in counted if (value := signs.get(sign, 0.0))}
        score = sum(parts.values())
        for chunk, loss in _losses(file, weights, limit):
            ranked.append((-(score + loss), chunk.path, chunk.start_line, chunk, parts, loss))
    ranked.sort(key=lambda each: each[:3])
    return [
        Ranked(chunk, -negated, {**parts, "further_chunk": loss} if loss else parts)
        for negated, _, _, chunk, parts, loss in ranked[:limit]
    ]


@lru_cache(maxsize=16)
def _counted_signs(weights: Weights) -> tuple[tuple[Sign, str, float], ...]:
    return tuple((sign, name, weight) for sign, name in _SIGNS if (weight := getattr(weights, name)))


def _losses(file: FileEvidence, weights: Weights, limit: int) -> Iterable[tuple[Candidate, float]]:
    """The chunks of a file, best first, each with what it is worth less than the file."""
    yield file.chunks[0], 0.0
    best = file.worth[0]
    for place, (chunk, worth) in enumerate(zip(file.chunks[1:limit], file.worth[1:limit], strict=True), 1):
        # Each further chunk loses a step, and what it is worth less than the one that stands for the file.
        yield chunk, place * weights.further_chunk - max(0.0, best - worth)
