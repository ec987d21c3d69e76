"""What each part of the ranker is worth: the queries' candidates are ranked again with one part switched off.

A ranker shows its parts as a parameter whose default is a frozen dataclass (`rank(..., weights=WEIGHTS)`), one field a
part. A part that counts nothing at 0 needs nothing more; any other field says what it is when off in its metadata:
`field(default=0.55, metadata={"off": 1.0})`. Fields that are neither are left out, and named.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from types import ModuleType
from typing import Any

from benchmarks.judging import Judged, ndcg_at_10

OFF = "off"


@dataclass(frozen=True, slots=True)
class Call:
    """What the ranker was given for a query; Any: it is handed back to the same ranker as it is."""

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """A ranker's weights under the name of what is different."""

    name: str
    weights: Any  # the dataclass is the ranker's own


@dataclass(frozen=True, slots=True)
class Parts:
    """The parameter that holds a ranker's weights, the variants with one part off, and what cannot be switched off."""

    parameter: str
    variants: tuple[Variant, ...]
    fixed: tuple[str, ...]


def parts_of(ranker: Callable[..., Any]) -> Parts | None:
    """The parts of a ranker, or None when it does not show any."""
    for name, parameter in inspect.signature(ranker).parameters.items():
        weights = parameter.default
        if weights is inspect.Parameter.empty or not is_dataclass(weights) or isinstance(weights, type):
            continue
        variants, fixed = [], []
        for field in fields(weights):
            value = getattr(weights, field.name)
            if OFF in field.metadata:
                off = field.metadata[OFF]
            elif isinstance(value, (int, float)):
                off = type(value)(0)
            else:
                fixed.append(field.name)
                continue
            if off != value:
                variants.append(Variant(f"without {field.name}", replace(weights, **{field.name: off})))
        return Parts(name, tuple(variants), tuple(fixed))
    return None


@contextmanager
def recorded_calls(module: ModuleType, name: str = "rank") -> Iterator[list[Call]]:
    """Notes what a module's ranker is called with for the block; the ranker does its work all the same."""
    ranker: Callable[..., Any] = getattr(module, name)
    calls: list[Call] = []

    def note(*arguments: Any, **keywords: Any) -> Any:
        calls.append(Call(arguments, keywords))
        return ranker(*arguments, **keywords)

    setattr(module, name, note)
    try:
        yield calls
    finally:
        setattr(module, name, ranker)


def judge_variant(
    ranker: Callable[..., Sequence[Any]],
    parts: Parts,
    variant: Variant,
    calls: Sequence[Call],
    asked: Sequence[tuple[Judged, Sequence[str]]],
) -> list[Judged]:
    """Rank each query's candidates with the variant's weights; `asked` is what each was judged as, and its targets."""
    judged = []
    for call, (before, targets) in zip(calls, asked, strict=True):
        ranked = ranker(*call.arguments, **{**call.keywords, parts.parameter: variant.weights})
        paths = tuple(each.candidate.path for each in ranked)
        judged.append(replace(before, ndcg=ndcg_at_10(paths, targets), paths=paths[:10]))
    return judged
