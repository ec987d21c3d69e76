"""How the evidence for a message becomes one order: a weighted sum of scores, or time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite
from uuid import UUID

from sql.chat import ChatCandidate, Evidence
from sql.moments import FarMoment

# What each kind of evidence is worth at its best; below that, in proportion to its score. These and the numbers below
# were chosen on one half of the topics of benchmarks/chat_quality.py, which tells of the other half.
WEIGHTS: Mapping[Evidence, float] = {
    Evidence.WORDS: 0.3,
    Evidence.LITERAL: 0.6,
    Evidence.ANY: 1.0,
    Evidence.SIMILAR: 0.3,
}
# Where messages hold what was typed (is_said), words decide: meaning blurs names. Where none does, the question is in
# other words than its answer, and those that they share by chance only settle what is equally near.
MEANING_WHERE_SAID = 0.3
MEANING_WHERE_NOT = 40.0
# A piece of text in more messages than these names nothing in particular.
MOST_NAMED = 50
# Below this cosine a text has nothing to do with the query: where messages hold what was typed, it is left out.
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
    """A message with all its evidence; `span` is its part nearest in meaning and `meaning` its cosine, where asked."""

    id: UUID
    created_at: datetime | None
    score: float
    evidence: tuple[Evidence, ...]
    span: tuple[int, int] | None = None
    meaning: float | None = None


def fuse(
    candidates: Sequence[ChatCandidate],
    taste: Taste,
    weights: Mapping[Evidence, float] = WEIGHTS,
    now: datetime | None = None,
) -> list[Fused]:
    """One entry a message, its score the weighted sum of what speaks for it; of equal scores the newer is first.

    Under recency a message of a moment after `now` is as old as one of now.
    """
    best: dict[Evidence, dict[UUID, ChatCandidate]] = defaultdict(dict)
    known: dict[UUID, ChatCandidate] = {}
    said = is_said(candidates)
    weights = {**weights, Evidence.MEANING: MEANING_WHERE_SAID if said else MEANING_WHERE_NOT}
    for candidate in candidates:
        before = best[candidate.evidence].get(candidate.id)
        if before is None or candidate.score > before.score:
            best[candidate.evidence][candidate.id] = candidate
        known.setdefault(candidate.id, candidate)
    scores: dict[UUID, float] = defaultdict(float)
    evidence: dict[UUID, list[Evidence]] = defaultdict(list)
    for kind in Evidence:
        for each, share in _shares(kind, list(best[kind].values()), alone=not scores):
            if said and kind is Evidence.MEANING and each.id not in scores and each.score < UNRELATED:
                continue
            scores[each.id] += weights[kind] * share
            evidence[each.id].append(kind)
    # Of messages whose time is known, and not of one that another client has put at the end of time.
    dated = (each.created_at for each in known.values() if not isinstance(each.created_at, FarMoment))
    newest = min(max(map(_time, dated), default=_time(None)), float("inf") if now is None else _time(now))
    found = []
    for message_id, score in scores.items():
        candidate = known[message_id]
        near = best[Evidence.MEANING].get(message_id)
        span = None if near is None else near.span
        meaning = None if near is None else near.score
        worth = _worth(candidate, taste, newest)
        found.append(Fused(message_id, candidate.created_at, score * worth, tuple(evidence[message_id]), span, meaning))
    if taste.sort is Sort.NEWEST:
        return sorted(found, key=lambda each: (_time(each.created_at), each.score, each.id), reverse=True)
    return sorted(found, key=lambda each: (each.score, _time(each.created_at), each.id), reverse=True)


def is_said(candidates: Sequence[ChatCandidate]) -> bool:
    """Whether messages hold what was typed: all words of it, or a piece of it that few others hold."""
    literal = {each.id for each in candidates if each.evidence is Evidence.LITERAL}
    return 0 < len(literal) <= MOST_NAMED or any(each.evidence is Evidence.WORDS for each in candidates)


def _shares(kind: Evidence, found: Sequence[ChatCandidate], alone: bool) -> list[tuple[ChatCandidate, float]]:
    """Each with its score as a share of the best one's; of cosines, those above zero."""
    top = max((each.score for each in found), default=0.0)
    if kind is not Evidence.MEANING:
        # Where nothing tells them apart, the query is of words that every message holds.
        return [(each, each.score / top if top > 0 else 1.0) for each in found]
    if top > 0:
        return [(each, each.score / top) for each in found if each.score > 0]
    # Nothing is near, and who asks gets the nearest all the same, rather than nothing.
    return [(each, 1 + each.score - top) for each in found] if alone else []


def _worth(candidate: ChatCandidate, taste: Taste, newest: float) -> float:
    worth = OUTPUT_WORTH if candidate.is_output and taste.tool_output is ToolOutput.DEMOTE else 1.0
    worth *= REMARK_WORTH + (1 - REMARK_WORTH) * min(1.0, candidate.size / ANSWER_BYTES)
    if taste.recency and isfinite(newest):
        days = max(0.0, newest - _time(candidate.created_at)) / 86_400
        worth *= 1 - taste.recency + taste.recency * 0.5 ** (days / HALF_LIFE_DAYS)
    return worth


def _time(created_at: datetime | None) -> float:
    return float("-inf") if created_at is None else created_at.timestamp()
