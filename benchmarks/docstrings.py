"""How well an encoder, by itself, finds a function by what its documentation says: MRR@10 and recall@10 by language.

A query is the first sentence of a doc comment, what is searched are the documented functions of the same language
without their doc comments, at most 1,000. BM25 over the same texts stands beside it. Documentation that stands on
several functions, is shorter than three words, or is repeated in the code itself asks nothing that has one answer, and
is left out. Sentences may name the function, as the custom of Go is.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import tree_sitter
from numpy.typing import NDArray

from benchmarks.workspace import read_directory
from indexer.describing import doc_of
from indexer.languages import HEAD_LENGTH, language_of
from indexer.lexical import LexicalFields, lexical_weights
from indexer.parsing import Definition, parse_source
from indexer.roles import role_of
from indexer.source_text import SourceText
from models.encoder import Encoder
from models.kinds import ChunkKind, FileRole
from models.tokens import terms_of

MOST_CANDIDATES = 1000
FEWEST_WORDS = 3
# A function of one line is a declaration or a getter, which many others equal.
FEWEST_LINES = 2
PARSE_SECONDS = 5.0
DEPTH = 10
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A documented function: the first sentence said of it, and its code without that."""

    language: str
    doc: str
    code: str


def measure_docstrings(folders: Sequence[Path], encoder: Encoder) -> dict[str, Any]:
    """By language: the number of pairs, and MRR@10 and recall@10 of the encoder and of BM25."""
    by_language: dict[str, list[Pair]] = defaultdict(list)
    for pair in (pair for folder in folders for pair in read_pairs(folder)):
        by_language[pair.language].append(pair)
    figures = {}
    for language, found in sorted(by_language.items()):
        pairs = choose_pairs(found)
        if pairs:
            ways = {"encoder": encoder_scores(pairs, encoder), "bm25": bm25_scores(pairs)}
            figures[language] = {"pairs": len(pairs), **{way: judge_scores(scores) for way, scores in ways.items()}}
    return figures


def read_pairs(folder: Path) -> Iterator[Pair]:
    """The documented functions of a folder's sources, tests and examples left out."""
    for file in read_directory(folder):
        if role_of(file.found.path) is FileRole.IMPLEMENTATION:
            yield from pairs_of(file.found.path, file.text)


def pairs_of(path: str, text: str) -> Iterator[Pair]:
    language = language_of(path, text[:HEAD_LENGTH])
    source = text.encode("utf-8", "surrogatepass")
    parsed = None if language is None else parse_source(language, source, PARSE_SECONDS)
    if language is None or parsed is None:
        return
    lines = SourceText(source, len(source) + 1)
    for definition in parsed.definitions:
        doc = doc_of(lines, definition)
        if definition.kind not in (ChunkKind.FUNCTION, ChunkKind.METHOD) or doc is None:
            continue
        sentence = first_sentence(doc)
        code = code_without_doc(source, parsed.root, definition)
        enough = len(_WORD.findall(sentence)) >= FEWEST_WORDS and len(code.strip().splitlines()) >= FEWEST_LINES
        if enough and sentence not in code:
            yield Pair(language.name, sentence, code)


def first_sentence(doc: str) -> str:
    return _SENTENCE_END.split(doc, maxsplit=1)[0].strip()


def code_without_doc(source: bytes, root: tree_sitter.Node, definition: Definition) -> str:
    """The definition's text; a string that stands first in its body is documentation and goes."""
    spans = [(definition.start, definition.end)]
    node = root.descendant_for_byte_range(definition.start, definition.end - 1)
    while node is not None and node.child_by_field_name("body") is None and node.named_child_count:
        # What is decorated is the last of its parts.
        node = node.named_children[-1]
    body = None if node is None else node.child_by_field_name("body")
    if body is not None and body.named_child_count:
        first = body.named_children[0]
        inner = first.named_children[0] if first.type == "expression_statement" and first.named_child_count else first
        if inner.type == "string" and definition.start <= first.start_byte < first.end_byte <= definition.end:
            spans = [(definition.start, first.start_byte), (first.end_byte, definition.end)]
    return "".join(source[start:end].decode("utf-8", "replace") for start, end in spans)


def choose_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs whose sentence and code are no other's, at most MOST_CANDIDATES, drawn evenly and always the same."""
    said = Counter(pair.doc.casefold() for pair in pairs)
    written = Counter(pair.code for pair in pairs)
    clear = [pair for pair in pairs if said[pair.doc.casefold()] == 1 and written[pair.code] == 1]
    if len(clear) > MOST_CANDIDATES:
        clear = random.Random(1).sample(clear, MOST_CANDIDATES)
    return clear


def encoder_scores(pairs: Sequence[Pair], encoder: Encoder) -> NDArray[np.float32]:
    """Cosines, a row a query, a column a candidate."""
    queries = encoder.encode_queries([pair.doc for pair in pairs])
    documents = encoder.encode_documents([pair.code for pair in pairs])
    return np.asarray(queries @ documents.T, dtype=np.float32)


def bm25_scores(pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """BM25 with the index's own terms and weights, over the code alone."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for column, pair in enumerate(pairs):
        for term, weight in lexical_weights(LexicalFields(pair.code, "", "", "", "")).items():
            postings[term].append((column, weight))
    scores = np.zeros((len(pairs), len(pairs)), dtype=np.float32)
    for row, pair in enumerate(pairs):
        for term in terms_of(pair.doc):
            found = postings.get(term, [])
            idf = math.log(1 + (len(pairs) - len(found) + 0.5) / (len(found) + 0.5))
            for column, weight in found:
                scores[row, column] += idf * weight
    return scores


def judge_scores(scores: NDArray[np.float32]) -> dict[str, float]:
    """MRR@10 and recall@10 where the answer to each row is the column of its number; equal scores rank before it."""
    own = np.diagonal(scores)[:, None]
    # A scorer that gives all the same finds nothing: ties count against it.
    ranks = (scores >= own).sum(axis=1)
    reciprocal = [1 / rank if rank <= DEPTH else 0.0 for rank in ranks.tolist()]
    return {"mrr": fmean(reciprocal), "recall": fmean(float(each > 0) for each in reciprocal)}
