"""From what was collected to arrays that can be learned from: the vocabulary, and one table of pairs a use."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.collecting import Collected
from training.dataset import bags_of
from training.packages import Package, Use
from training.querying import misspell
from training.sampling import PairTable, TooFewPairsError
from training.vocabulary import build_tokenizer

KINDS = (
    "doc", "question", "phrase", "name", "body", "comment", "message", "words", "file", "joint", "path", "class",
    "test", "section",
)  # fmt: skip
# Of each package, what the vocabulary is counted on; queries count twice, being prose.
VOCABULARY_CHARACTERS = 250_000
VOCABULARY_QUERIES = 700
# How many of the short queries of training have a slip in them.
MISSPELT_SHARE = 0.1
_SHORT = {"name", "phrase", "body"}
QUERY_TOKENS = 64
PATH_TOKENS = 32
FEWEST_DOCUMENT_TOKENS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The pairs of one use as text, beside their table, for measuring what does not read our tokens."""

    queries: list[str]
    documents: list[str]
    paths: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """All pairs of one use; `rows` are those that the vocabulary leaves something of."""

    table: PairTable
    rows: NDArray[np.int64]
    languages: tuple[str, ...]
    texts: Texts


def read_collected(folder: Path) -> list[tuple[Package, Collected]]:
    return [pickle.loads(path.read_bytes()) for path in sorted(folder.glob("*.pkl"))]


def learn_vocabulary(collected: Sequence[tuple[Package, Collected]], size: int) -> Tokenizer:
    return build_tokenizer(_vocabulary_texts(collected), size)


def _vocabulary_texts(collected: Sequence[tuple[Package, Collected]]) -> Iterator[str]:
    chance = random.Random(1)
    for package, found in collected:
        if package.use is not Use.TRAIN:
            continue
        left = VOCABULARY_CHARACTERS
        for text in found.sample:
            yield text
            left -= len(text)
            if left < 0:
                break
        for pair in chance.sample(found.pairs, min(len(found.pairs), VOCABULARY_QUERIES)):
            yield pair.query
            yield pair.query


def part_of(collected: Sequence[tuple[Package, Collected]], use: Use, tokenizer: Tokenizer) -> Part:
    """The pairs of one use, each once; in training some short queries are misspelt. Raises TooFewPairsError."""
    languages = tuple(sorted({name for _, found in collected for name in found.languages.values()}))
    texts = Texts([], [], [])
    columns: list[tuple[int, int, int, int, int, bool, int]] = []
    for number, (package, found) in enumerate(collected):
        if package.use is not use:
            continue
        chance = random.Random(package.key)
        seen = set()
        for pair in found.pairs:
            if (pair.query, pair.document) in seen:
                continue
            seen.add((pair.query, pair.document))
            slips = use is Use.TRAIN and pair.kind in _SHORT and chance.random() < MISSPELT_SHARE
            texts.queries.append(_whole(misspell(pair.query, chance) if slips else pair.query))
            texts.documents.append(_whole(pair.document))
            texts.paths.append(_whole(pair.path))
            language = languages.index(found.languages[pair.file])
            asked = crc32(_whole(pair.query).lower().encode())
            place = number << 32
            columns.append(
                (KINDS.index(pair.kind), number, language, place | pair.group, place | pair.file, pair.wide, asked)
            )
    if not columns:
        raise TooFewPairsError(f"No fetched package gave pairs to {use} with.")
    kinds, packages, of_language, groups, files, wide, asked_of = (
        np.array(column) for column in zip(*columns, strict=True)
    )
    table = PairTable(
        bags_of(tokenizer, texts.queries, QUERY_TOKENS),
        bags_of(tokenizer, texts.documents),
        bags_of(tokenizer, texts.paths, PATH_TOKENS),
        kinds.astype(np.int16),
        packages.astype(np.int32),
        of_language.astype(np.int16),
        groups,
        files,
        wide,
        asked_of,
    )
    usable = (np.diff(table.queries.starts) > 0) & (np.diff(table.documents.starts) >= FEWEST_DOCUMENT_TOKENS)
    return Part(table, np.flatnonzero(usable), languages, texts)


def read_again(part: Part, tokenizer: Tokenizer) -> Part:
    """The same pairs in the tokens of another vocabulary."""
    table = replace(
        part.table,
        queries=bags_of(tokenizer, part.texts.queries, QUERY_TOKENS),
        documents=bags_of(tokenizer, part.texts.documents),
        paths=bags_of(tokenizer, part.texts.paths, PATH_TOKENS),
    )
    return Part(table, part.rows, part.languages, part.texts)


def frequencies_of(part: Part, size: int) -> NDArray[np.float64]:
    """How often each token is in a text, as shares."""
    counts = np.bincount(part.table.documents.tokens, minlength=size)
    counts = counts + np.bincount(part.table.queries.tokens, minlength=size)
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _whole(text: str) -> str:
    """Without halves of characters, which no tokeniser reads."""
    return text.encode("utf-8", "replace").decode()
