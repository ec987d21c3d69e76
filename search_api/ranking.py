"""The order of code results: files by the evidence for them, each shown by its best chunk; every score can say why.

A file's score is the sum of its signs, each times its weight. Places in different files come before a second place in
the same one, unless that file is far ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from search_api.evidence import FileEvidence, Sign, weigh_files
from search_api.query_words import read_query
from sql.search import Candidate


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign counts; one field a sign.

    Fitted as a listwise softmax over the files of each labelled query, one repository left out at a time, by
    `python -m benchmarks.fitting`; docs/quality.md has the figures. Those of files that are no implementation, and of
    former versions, are set by hand where the labelled repositories have too few of them to learn from.
    """

    words: float = 1.9
    words_of_file: float = 1.05
    meaning: float = 2.5
    meaning_of_file: float = 1.8
    definition: float = 1.5
    mentioned_definition: float = 0.15
    name: float = 2.0
    file_name: float = 0.7
    file_name_said: float = 1.6
    folder: float = 0.0
    declaration: float = -0.4
    test: float = -2.3
    documentation: float = -0.7
    example: float = -1.5
    generated: float = -2.0
    vendored: float = -2.0
    former: float = -1.3
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
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """The best `limit` candidates, best first; ties go to the earlier chunk of the lesser path.

    `widened` tells which terms that the scope does not know stand for which that it does.
    """
    read = read_query(query, widened or {})
    ranked = [each for file in weigh_files(read, candidates) for each in _chunks_of(file, weights, limit)]
    ranked.sort(key=lambda each: (-each.score, each.candidate.path, each.candidate.start_line))
    return ranked[:limit]


def _chunks_of(file: FileEvidence, weights: Weights, limit: int) -> Iterable[Ranked]:
    parts = {
        name: value * weight
        for sign, name in _SIGNS
        if (value := file.signs.get(sign, 0.0)) and (weight := getattr(weights, name))
    }
    score = sum(parts.values())
    yield Ranked(file.chunks[0], score, parts)
    for place, (chunk, worth) in enumerate(zip(file.chunks[1:limit], file.worth[1:limit], strict=True), 1):
        # Each further chunk loses a step, and what it is worth less than the file's best.
        loss = place * weights.further_chunk - (file.worth[0] - worth)
        yield Ranked(chunk, score + loss, {**parts, "further_chunk": loss})
