"""How much a name in code says of a query: words are compared by their beginnings, since code abbreviates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.stems import stem_word
from models.tokens import split_identifier

# `auth` for authentication, `config` for configuration, `args` for arguments: the shorter is how the longer begins.
ABBREVIATION = 0.8
SHORTEST_ABBREVIATION = 3
# `routing` and routes, `serializer` and serialization share a beginning that is most of the shorter.
KINDRED = 0.6
SHORTEST_KINDRED = 5
KINDRED_SHARE = 0.7
# `ctx`, `cfg`, `msg`, `cmd`: the word without its vowels, or some of it.
LONGEST_SKELETON = 4
# `testclient` is "test client", `etag` is what the query splits into E and Tag.
LONGEST_JOIN = 3
_VOWELS = frozenset("aeiou0123456789")


@dataclass(frozen=True, slots=True)
class Likeness:
    """`said` is how much of the name the query says, `met` how much of the query the name meets; both in [0, 1]."""

    said: float
    met: float

    @property
    def harmonic(self) -> float:
        total = self.said + self.met
        return 2.0 * self.said * self.met / total if total else 0.0


NOTHING = Likeness(0.0, 0.0)


class NameReader:
    """Compares names with one query's words, each weighed by `weights`; remembers the parts it has met."""

    def __init__(self, words: Sequence[str], weights: Sequence[float]) -> None:
        self._weights = weights
        self._total = sum(weights) or 1.0
        self._met: dict[str, tuple[float, Sequence[int]]] = {}
        # However they are alike, two words begin with the same letter.
        self._by_letter: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place, word in enumerate(words):
            self._by_letter[word[:1]].append((word, place))
        for length in range(2, LONGEST_JOIN + 1):
            for start in range(len(words) - length + 1):
                self._met["".join(words[start : start + length])] = (1.0, range(start, start + length))

    def compare(self, parts: Sequence[str], part_weights: Mapping[str, float] | None = None) -> Likeness:
        """The likeness of a name, given in parts, to the query."""
        known = self._met
        met = [known.get(part) or self._meet(part) for part in parts]
        # Most names of most chunks have nothing to do with the query.
        for value, _ in met:
            if value:
                break
        else:
            return NOTHING
        seen: dict[int, float] = {}
        said = whole = 0.0
        for part, (value, places) in zip(parts, met, strict=True):
            weight = 1.0 if part_weights is None else part_weights[part]
            whole += weight
            said += weight * value
            for place in places if value else ():
                seen[place] = max(value, seen.get(place, 0.0))
        return Likeness(said / whole, sum(self._weights[place] * value for place, value in seen.items()) / self._total)

    def _meet(self, part: str) -> tuple[float, Sequence[int]]:
        """How much a part is like the word that it is most like, and that word's place."""
        best, where = 0.0, 0
        for word, place in self._by_letter.get(part[:1], ()):
            value = _alike(part, word)
            if value > best:
                best, where = value, place
        met = self._met[part] = (best, (where,))
        return met


@lru_cache(maxsize=2**16)
def parts_of(name: str) -> tuple[str, ...]:
    """The stems of a name's words: `parseHTTPResponses` -> pars, http, respons."""
    return tuple(stem_word(part.casefold()) for part in split_identifier(name))


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) >= SHORTEST_ABBREVIATION and long.startswith(short):
        return ABBREVIATION
    if len(short) < SHORTEST_KINDRED:
        return ABBREVIATION if _is_skeleton(short, long) else 0.0
    common = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    return KINDRED if common >= max(SHORTEST_KINDRED, KINDRED_SHARE * len(short)) else 0.0


def _is_skeleton(short: str, long: str) -> bool:
    if not 2 <= len(short) <= LONGEST_SKELETON or short[0] != long[0] or not _VOWELS.isdisjoint(short):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)
