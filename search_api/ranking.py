"""The order of code results: pure, from candidates and the query to scores that can say why.

A chunk's score is the fused evidence of meaning and words, plus what code tells beyond them: that the chunk defines the
name asked for, that the file is called so, that other chunks of the file answer too; less for files that are about
something else (tests, examples) unless the query asks for them. Then results spread over files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from models.kinds import FileRole
from models.query_shape import looks_like_path, looks_like_symbol
from models.tokens import split_identifier, terms_of, whole_form
from sql.search import Candidate

# Chosen on labelled queries over fifteen repositories: benchmarks/quality.py, see docs/ranking.md.
DENSE_SHARE_OF_SENTENCE = 0.5
DENSE_SHARE_OF_SYMBOL = 0.3
DEFINITION_BONUS = 0.6
PART_OF_DEFINITION_BONUS = 0.25
FILE_NAME_BONUS = 0.35
FOLDER_BONUS = 0.1
FILE_SUPPORT = 0.25
REPEATED_FILE = 0.55
ROLE_FACTOR: Mapping[FileRole, float] = {
    FileRole.IMPLEMENTATION: 1.0,
    FileRole.DOCUMENTATION: 0.75,
    FileRole.EXAMPLE: 0.65,
    FileRole.TEST: 0.6,
    FileRole.GENERATED: 0.5,
    FileRole.VENDORED: 0.5,
}
# Words by which a query asks for such files.
ROLE_WORDS: Mapping[FileRole, frozenset[str]] = {
    FileRole.DOCUMENTATION: frozenset({"doc", "document", "readme", "guide", "changelog", "tutorial"}),
    FileRole.EXAMPLE: frozenset({"example", "sample", "demo"}),
    FileRole.TEST: frozenset({"test", "spec", "fixture", "mock"}),
    FileRole.GENERATED: frozenset({"generat"}),
    FileRole.VENDORED: frozenset({"vendor"}),
}


@dataclass(frozen=True, slots=True)
class QueryShape:
    """What the ranker needs to know of a query, worked out once."""

    terms: frozenset[str]
    names: frozenset[str]
    symbol: bool
    path: bool

    @property
    def dense_share(self) -> float:
        return DENSE_SHARE_OF_SYMBOL if self.symbol or self.path else DENSE_SHARE_OF_SENTENCE


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts that add up to it."""

    candidate: Candidate
    score: float
    parts: Mapping[str, float]


def shape_of(query: str) -> QueryShape:
    words = [word.strip("`'\"()[]{}<>,;:?!") for word in query.replace("::", ".").split()]
    names = {whole_form(name) for word in words for name in word.split(".") if len(name) > 2}
    return QueryShape(frozenset(terms_of(query)), frozenset(names), looks_like_symbol(query), looks_like_path(query))


def rank(query: str, candidates: Sequence[Candidate], limit: int) -> list[Ranked]:
    """The best `limit` candidates, best first; ties go to the earlier chunk of the lesser path."""
    shape = shape_of(query)
    scored = [_score(shape, candidate, fused) for candidate, fused in _fuse(shape, candidates)]
    return _spread(_supported(scored), limit)


def _fuse(shape: QueryShape, candidates: Sequence[Candidate]) -> list[tuple[Candidate, dict[str, float]]]:
    """Each half scaled to its own best, so that a cosine and a BM25 score can be weighed against each other."""
    dense = _scale([candidate.dense for candidate in candidates], from_median=True)
    lexical = _scale([candidate.lexical for candidate in candidates], from_median=False)
    share = shape.dense_share
    if dense is None or lexical is None:
        share = 0.0 if dense is None else 1.0
    fused = []
    for position, candidate in enumerate(candidates):
        parts = {}
        if dense is not None:
            parts["dense"] = share * dense[position]
        if lexical is not None:
            parts["lexical"] = (1.0 - share) * lexical[position]
        fused.append((candidate, parts))
    return fused


def _scale(scores: Sequence[float | None], *, from_median: bool) -> list[float] | None:
    known = sorted(score for score in scores if score is not None)
    if not known:
        return None
    # Cosines of a query with all candidates lie close together: only the way above the middle says something.
    low = known[len(known) // 2] if from_median and len(known) > 4 else 0.0
    span = known[-1] - low
    if span <= 0:
        return [1.0 if score is not None and score > 0 else 0.0 for score in scores]
    return [0.0 if score is None else max(0.0, (score - low) / span) for score in scores]


def _score(shape: QueryShape, candidate: Candidate, parts: dict[str, float]) -> Ranked:
    parts["definition"] = _definition(shape, candidate)
    parts.update(_path(shape, candidate))
    total = sum(parts.values())
    factor = _role_factor(shape, candidate.role)
    if factor != 1.0:
        parts["role"] = total * (factor - 1.0)
    return Ranked(candidate, total * factor, {name: value for name, value in parts.items() if value})


def _definition(shape: QueryShape, candidate: Candidate) -> float:
    defined = {whole_form(name) for name in candidate.defines}
    if candidate.symbol:
        defined.add(whole_form(candidate.symbol.rsplit(".", 1)[-1].rsplit("::", 1)[-1]))
    if shape.names & defined:
        return DEFINITION_BONUS if shape.symbol else DEFINITION_BONUS / 2
    best = 0.0
    for name in candidate.defines[:8]:
        parts = {term for part in split_identifier(name) for term in terms_of(part)}
        if parts:
            # How much of the name the query says, and how much of the query the name says.
            common = len(parts & shape.terms)
            best = max(best, common / len(parts) * min(1.0, 2.0 * common / max(1, len(shape.terms))))
    return PART_OF_DEFINITION_BONUS * best


def _path(shape: QueryShape, candidate: Candidate) -> dict[str, float]:
    where = PurePosixPath(candidate.path)
    stem = set(terms_of(where.stem))
    folders = set(terms_of(" ".join(where.parts[-4:-1])))
    bonus = {}
    if stem:
        bonus["file_name"] = FILE_NAME_BONUS * len(stem & shape.terms) / len(stem)
    if folders:
        bonus["folder"] = FOLDER_BONUS * len(folders & shape.terms) / len(folders)
    return bonus


def _role_factor(shape: QueryShape, role: str) -> float:
    try:
        known = FileRole(role)
    except ValueError:
        return 1.0
    if ROLE_WORDS.get(known, frozenset()) & shape.terms:
        return 1.0
    return ROLE_FACTOR.get(known, 1.0)


def _supported(scored: Sequence[Ranked]) -> list[Ranked]:
    """Chunks of one file support each other: the best gains a share of what its neighbours score."""
    by_file: dict[str, list[Ranked]] = defaultdict(list)
    for ranked in scored:
        by_file[str(ranked.candidate.file_id)].append(ranked)
    supported = []
    for group in by_file.values():
        group.sort(key=_order)
        others = sum(ranked.score / (2.0**position) for position, ranked in enumerate(group[1:5], 1))
        support = FILE_SUPPORT * others
        best = group[0]
        supported.append(Ranked(best.candidate, best.score + support, {**best.parts, "file": support}))
        supported.extend(group[1:])
    return supported


def _spread(scored: Sequence[Ranked], limit: int) -> list[Ranked]:
    """Best first, each further chunk of a file counting less, so that one file does not fill the list."""
    seen: dict[str, int] = defaultdict(int)
    spread = []
    for ranked in sorted(scored, key=_order):
        repeats = seen[str(ranked.candidate.file_id)]
        seen[str(ranked.candidate.file_id)] += 1
        if repeats:
            score = ranked.score * REPEATED_FILE**repeats
            spread.append(Ranked(ranked.candidate, score, {**ranked.parts, "repeated_file": score - ranked.score}))
        else:
            spread.append(ranked)
    return sorted(spread, key=_order)[:limit]


def _order(ranked: Ranked) -> tuple[float, str, int]:
    return (-ranked.score, ranked.candidate.path, ranked.candidate.start_line)
