"""What the users of benchmarks.chat ask: kinds of queries in every mode, each with several words of its frequency."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from search_api.chat_fusion import Sort, Taste
from search_api.chat_search import ChatMode, ChatQuery

# Of each kind, so that a percentile is not one word's.
QUERIES = 20
# Ranks by how often a word is said: a common one stands in a tenth or more of the messages of a hundred words, a rare
# one in a hundred of 200,000 messages at most.
COMMON = slice(0, 80)
MEDIUM = slice(400, 4_000)
RARE = slice(10_000, None)
SHORTEST_MISSPELT = 7
NOT_HYBRID = (ChatMode.VECTOR, ChatMode.FULLTEXT, ChatMode.FUZZY, ChatMode.SUBSTRING)
IN_EVERY_MODE = ("a common word", "three common words", "a rare word", "three rare words", "a name", "misspelt")


def make_queries(words: Sequence[str]) -> dict[str, list[ChatQuery]]:
    """By mode and kind, of words that are sorted from the most frequent to the least; the same at every run."""
    common, medium, rare = ([word for word in words[ranks] if _is_plain(word)] for ranks in (COMMON, MEDIUM, RARE))
    names = [word for word in words[MEDIUM.start :] if "_" in word.strip("_")]
    long_words = [word for word in rare if len(word) >= SHORTEST_MISSPELT]
    long_names = [word for word in names if len(word) >= SHORTEST_MISSPELT]
    kinds: dict[str, Callable[[random.Random], str]] = {
        "a common word": lambda choice: choice.choice(common),
        "three common words": lambda choice: _several(choice, common, 3),
        "a rare word": lambda choice: choice.choice(rare),
        "three rare words": lambda choice: _several(choice, rare, 3),
        "common and rare": lambda choice: f"{choice.choice(common)} {choice.choice(rare)}",
        "a name": lambda choice: choice.choice(names),
        "a name in a sentence": lambda choice: f"why is {_several(choice, medium, 2)} slow in {choice.choice(names)}?",
        "a sentence": lambda choice: (
            f"how does the {_several(choice, medium, 3)} get its {_several(choice, common, 2)}"
        ),
        "misspelt": lambda choice: _misspell(choice, choice.choice(long_words)),
        "a misspelt name": lambda choice: _misspell(choice, choice.choice(long_names)),
        "nobody said it": lambda choice: "".join(choice.choices("xzqvwj", k=9)),
        "common phrase": lambda choice: f'"{_several(choice, common, 2)}"',
        "common without another": lambda choice: " -".join(choice.sample(common, 2)),
        "either of two": lambda choice: " or ".join(choice.sample(common, 2)),
    }
    asked = {kind: [ChatQuery(make(random.Random(place))) for place in range(QUERIES)] for kind, make in kinds.items()}
    found = {f"{ChatMode.HYBRID}, {kind}": queries for kind, queries in asked.items()}
    newest = Taste(Sort.NEWEST)
    for kind in ("a common word", "three common words", "a rare word"):
        found[f"{ChatMode.HYBRID}, {kind}, newest"] = [replace(query, taste=newest) for query in asked[kind]]
    for mode in NOT_HYBRID:
        found |= {f"{mode}, {kind}": [replace(query, mode=mode) for query in asked[kind]] for kind in IN_EVERY_MODE}
    found[f"{ChatMode.SUBSTRING}, two letters"] = [ChatQuery(word[:2], ChatMode.SUBSTRING) for word in common[:QUERIES]]
    return found


def _is_plain(word: str) -> bool:
    return word.isalpha() and word.islower() and len(word) > 2


def _several(choice: random.Random, words: Sequence[str], count: int) -> str:
    return " ".join(choice.sample(words, count))


def _misspell(choice: random.Random, word: str) -> str:
    """Two letters that changed places, not the first."""
    at = choice.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
