"""How the evidence for a message becomes one order: a weighted sum of scores, or time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sql.chat import ChatCandidate, Evidence

# What each kind of evidence is worth at its best; below that, in proportion to its score. These and the numbers below
# were chosen on one half of the topics of benchmarks/chat_quality.py, which tells of the other half.
WEIGHTS: Mapping[Evidence, float] = {
    Evidence.WORDS: 0.3,
    Evidence.LITERAL: 0.6,
    Evidence.ANY: 1.0,
    Evidence.SIMILAR: 0.3,
    Evidence.MEANING: 3.0,
}
# Below this cosine a text has nothing to do with the query.
UNRELATED = 0.1
# What the output of a tool is worth beside what was said.
OUTPUT_WORTH = 0.4
# What a remark of no length is worth beside a message of so many bytes, which can hold an answer. The labelled history
# gains down to 0.4; it was written with answers longer than the chatter around them, and others are less regular.
REMARK_WORTH = 0.5
ANSWER_BYTES = 200
# With all the weight on recency a message of this age counts half.
HALF_LIFE_DAYS = 90.0


class Sort(StrEnum):
    """Best first, or newest first."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


class ToolOutput(StrEnum):
    """What becomes of the output of tools and of long pasted output."""

    DEMOTE = "demote"
    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Taste:
    """What the asker would rather see: `recency` from 0 (age does not matter) to 1."""

    sort: Sort = Sort.RELEVANCE
    recency: float = 0.0
    tool_output: ToolOutput = ToolOutput.DEMOTE


@dataclass(frozen=True, slots=True)
class Fused:
    """A message with all its evidence; `span` is its part that is nearest in meaning, where that was asked."""

    id: UUID
    created_at: datetime | None
    score: float
    evidence: tuple[Evidence, ...]
    span: tuple[int, int] | None = None


def fuse(candidates: Sequence[ChatCandidate], taste: Taste, weights: Mapping[Evidence, float] = WEIGHTS) -> list[Fused]:
    """One entry a message, its score the weighted sum of what speaks for it; of equal scores the newer is first."""
    best: dict[Evidence, dict[UUID, ChatCandidate]] = defaultdict(dict)
    known: dict[UUID, ChatCandidate] = {}
    for candidate in candidates:
        before = best[candidate.evidence].get(candidate.id)
        if before is None or candidate.score > before.score:
            best[candidate.evidence][candidate.id] = candidate
        known.setdefault(candidate.id, candidate)
    scores: dict[UUID, float] = defaultdict(float)
    evidence: dict[UUID, list[Evidence]] = defaultdict(list)
    for kind in Evidence:
        for each, share in _shares(kind, list(best[kind].values())):
            scores[each.id] += weights[kind] * share
            evidence[each.id].append(kind)
    newest = max((_time(each.created_at) for each in known.values()), default=0.0)
    found = []
    for message_id, score in scores.items():
        candidate = known[message_id]
        near = best[Evidence.MEANING].get(message_id)
        span = None if near is None else near.span
        worth = _worth(candidate, taste, newest)
        found.append(Fused(message_id, candidate.created_at, score * worth, tuple(evidence[message_id]), span))
    if taste.sort is Sort.NEWEST:
        return sorted(found, key=lambda each: (_time(each.created_at), each.score, each.id), reverse=True)
    return sorted(found, key=lambda each: (each.score, _time(each.created_at), each.id), reverse=True)


def _shares(kind: Evidence, found: Sequence[ChatCandidate]) -> list[tuple[ChatCandidate, float]]:
    """Each with its score as a share of the best one's; of cosines, what is above unrelated texts."""
    floor = UNRELATED if kind is Evidence.MEANING else 0.0
    top = max((each.score - floor for each in found), default=0.0)
    if top <= 0:
        # Nothing tells them apart: a query of words that every message holds.
        return [] if kind is Evidence.MEANING else [(each, 1.0) for each in found]
    return [(each, (each.score - floor) / top) for each in found if each.score > floor or kind is not Evidence.MEANING]


def _worth(candidate: ChatCandidate, taste: Taste, newest: float) -> float:
    worth = OUTPUT_WORTH if candidate.is_output and taste.tool_output is ToolOutput.DEMOTE else 1.0
    worth *= REMARK_WORTH + (1 - REMARK_WORTH) * min(1.0, candidate.size / ANSWER_BYTES)
    if taste.recency:
        days = (newest - _time(candidate.created_at)) / 86_400
        worth *= 1 - taste.recency + taste.recency * 0.5 ** (days / HALF_LIFE_DAYS)
    return worth


def _time(created_at: datetime | None) -> float:
    return float("-inf") if created_at is None else created_at.timestamp()
