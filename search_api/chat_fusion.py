"""How the evidence for a message becomes one order: reciprocal rank fusion, or time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sql.chat import ChatCandidate, Evidence

# Cormack, Clarke and Buettcher, 2009, with their constant. The weights say that words as they were asked go before
# words that are only spelt like them, and those before some of the words.
RANK_OFFSET = 60
WEIGHTS = {Evidence.WORDS: 1.0, Evidence.LITERAL: 1.0, Evidence.SIMILAR: 0.6, Evidence.ANY: 0.4}


class Sort(StrEnum):
    """Best first, or newest first."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Fused:
    """A message with all its evidence."""

    id: UUID
    created_at: datetime | None
    score: float
    evidence: tuple[Evidence, ...]


def fuse(candidates: Sequence[ChatCandidate], sort: Sort) -> list[Fused]:
    """One entry a message, its score the sum of its reciprocal ranks; where scores are equal the newer one is first."""
    best: dict[Evidence, dict[UUID, ChatCandidate]] = defaultdict(dict)
    for candidate in candidates:
        known = best[candidate.evidence].get(candidate.id)
        if known is None or candidate.score > known.score:
            best[candidate.evidence][candidate.id] = candidate
    scores: dict[UUID, float] = defaultdict(float)
    evidence: dict[UUID, list[Evidence]] = defaultdict(list)
    created: dict[UUID, datetime | None] = {}
    for kind in Evidence:
        ranked = sorted(
            best[kind].values(), key=lambda each: (each.score, _time(each.created_at), each.id), reverse=True
        )
        for rank, each in enumerate(ranked, start=1):
            scores[each.id] += WEIGHTS[kind] / (RANK_OFFSET + rank)
            evidence[each.id].append(kind)
            created[each.id] = each.created_at
    found = [Fused(each, created[each], score, tuple(evidence[each])) for each, score in scores.items()]
    if sort is Sort.NEWEST:
        return sorted(found, key=lambda each: (_time(each.created_at), each.score, each.id), reverse=True)
    return sorted(found, key=lambda each: (each.score, _time(each.created_at), each.id), reverse=True)


def _time(created_at: datetime | None) -> float:
    return float("-inf") if created_at is None else created_at.timestamp()
