"""Parts of a ranker are switched off by name, whichever ranker it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

import pytest

from benchmarks.ablation import judge_variant, parts_of, recorded_calls
from benchmarks.judging import Judged


@dataclass(frozen=True, slots=True)
class Chunk:
    path: str
    length: int


@dataclass(frozen=True, slots=True)
class Scored:
    candidate: Chunk


@dataclass(frozen=True, slots=True)
class Weights:
    name: float = 2.0
    length: float = 1.0
    unused: float = 0.0
    damping: float = field(default=0.5, metadata={"off": 1.0})
    words: tuple[str, ...] = ("a",)


DEFAULT = Weights()


def toy_rank(query: str, chunks: Sequence[Chunk], limit: int, *, weights: Weights = DEFAULT) -> list[Scored]:
    """Longer paths' chunks come last unless their path says the query."""

    def score(chunk: Chunk) -> float:
        return weights.name * (query in chunk.path) + weights.length * weights.damping * chunk.length

    return [Scored(chunk) for chunk in sorted(chunks, key=score, reverse=True)][:limit]


CHUNKS = [Chunk("price.py", 1), Chunk("other.py", 3)]


def test_each_field_is_a_part_but_those_that_are_off_already() -> None:
    parts = parts_of(toy_rank)

    assert parts is not None
    assert parts.parameter == "weights"
    assert {variant.name: variant.weights for variant in parts.variants} == {
        "without name": Weights(name=0.0),
        "without length": Weights(length=0.0),
        "without damping": Weights(damping=1.0),
    }
    assert parts.fixed == ("words",)


def test_a_ranker_without_weights_has_no_parts() -> None:
    def rank(query: str, limit: int = 10) -> list[Scored]:
        return []

    assert parts_of(rank) is None


def test_a_variant_ranks_the_recorded_candidates_again() -> None:
    module = ModuleType("ranking")
    module.rank = toy_rank  # type: ignore[attr-defined]  # made here
    with recorded_calls(module) as calls:
        first = module.rank("price", CHUNKS, 10)
    before = Judged("shop", "python", "symbol", "price", 1.0, {}, ("price.py", "other.py"))
    parts = parts_of(toy_rank)
    assert parts is not None
    (without_name,) = (variant for variant in parts.variants if variant.name == "without name")

    (after,) = judge_variant(toy_rank, parts, without_name, calls, [(before, ["price.py"])])

    assert [each.candidate.path for each in first] == ["price.py", "other.py"]
    assert after.paths == ("other.py", "price.py")
    assert after.ndcg == pytest.approx(0.6309, abs=1e-4)
    assert module.rank is toy_rank
