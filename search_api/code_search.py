"""The use case of code search: encode the query, find candidates, rank, read the winners as the caller, cut to size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from uuid import UUID

from models.caller import Caller
from models.errors import InvalidRequestError
from models.tokens import TermKind, query_terms
from search_api.active_encoder import ActiveEncoder, QueryVector
from search_api.budget import count_tokens
from search_api.globs import glob_to_regex
from search_api.query_words import is_question_word
from search_api.ranking import Ranked, rank
from sql.database import Database
from sql.failures import OutdatedModelError
from sql.search import CandidateQuery, Found, Fuzzy, IndexCounts, Winner, count_unindexed, find_candidates, read_winners

# Of each half; beyond a few hundred the labelled queries gain nothing.
MOST_CANDIDATES = 200
# Rows that turn out to be unreadable or cut by the budget leave room for the next.
SPARE_WINNERS = 5
# A query's whole identifier says more than its parts do together.
TERM_WEIGHT = {TermKind.WHOLE: 1.0, TermKind.PART: 0.7, TermKind.STEM: 0.7}
MOST_TERMS = 64
# nDCG@10 of the lexical half alone with them at 1, 0.2 and 0: 0.801, 0.811, 0.810 (files, fifteen repositories).
QUESTION_WORD_WEIGHT = 0.1


class Mode(StrEnum):
    """How to look: by meaning, by words, by similar spelling, or by all together."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    FULLTEXT = "fulltext"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class CodeQuery:
    """A code search as the doors hand it in: validated there."""

    query: str
    mode: Mode = Mode.HYBRID
    project_id: UUID | None = None
    path_glob: str | None = None
    languages: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    limit: int = 10
    max_tokens: int | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A chunk that answers: lines are 1-based and inclusive; `scores` add up to `score`."""

    path: str
    project_id: UUID | None
    file_id: UUID
    language: str | None
    kind: str
    symbol: str | None
    start_line: int
    end_line: int
    score: float
    content: str
    stale: bool
    scores: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class CodeReply:
    """Hits best first, and how fresh the index is; `widened` tells which unknown words were taken for which."""

    results: tuple[CodeHit, ...]
    index: IndexCounts
    widened: dict[str, dict[str, float]]
    truncated: bool
    took_ms: float


def search_code(database: Database, encoder: ActiveEncoder, caller: Caller, query: CodeQuery) -> CodeReply:
    """Answer a query from the caller's own code. Raises CodingitError."""
    started = perf_counter()
    if not query.query.strip():
        raise InvalidRequestError("The query is empty.", hint="Say in a few words or with a name what to find.")
    # Before anything is asked: a wrong glob is wrong as well where nothing has been indexed yet.
    pattern = None if query.path_glob is None else glob_to_regex(query.path_glob)
    vector = encoder.encode_query(query.query, wanted=_wants_vector(query))
    try:
        found, hits, truncated = _search(database, vector, caller, query, pattern)
    except OutdatedModelError:
        # The index was switched to another model since this process looked: load it and ask once more.
        encoder.refresh()
        vector = encoder.encode_query(query.query, wanted=_wants_vector(query))
        found, hits, truncated = _search(database, vector, caller, query, pattern)
    took = (perf_counter() - started) * 1000
    return CodeReply(hits, found.counts, found.widened, truncated, round(took, 2))


def _search(
    database: Database, vector: QueryVector, caller: Caller, query: CodeQuery, pattern: str | None
) -> tuple[Found, tuple[CodeHit, ...], bool]:
    if vector.model_id is None:
        with database.acting_as(caller) as connection:
            return Found([], {}, count_unindexed(connection, query.project_id)), (), False
    with database.acting_as(caller) as connection:
        found = find_candidates(connection, _candidate_query(vector.model_id, vector.text, query, pattern))
        ranked = rank(query.query, found.candidates, query.limit + SPARE_WINNERS, widened=found.widened)
        winners = read_winners(connection, [each.candidate.id for each in ranked], query.project_id)
    hits, truncated = _within_budget(query, ranked, winners)
    return found, hits, truncated


def _candidate_query(model_id: int, vector: str | None, query: CodeQuery, pattern: str | None) -> CandidateQuery:
    terms = None
    if query.mode is not Mode.VECTOR:
        terms = lexical_query(query.query)
    fuzzy = {Mode.HYBRID: Fuzzy.UNKNOWN, Mode.FUZZY: Fuzzy.ALWAYS}.get(query.mode, Fuzzy.NEVER)
    return CandidateQuery(
        model_id=model_id,
        project_id=query.project_id,
        vector=vector,
        terms=terms,
        fuzzy=fuzzy,
        languages=query.languages,
        kinds=query.kinds,
        pattern=pattern,
        most=MOST_CANDIDATES,
    )


def lexical_query(query: str) -> dict[str, float]:
    """The terms to look for with their weights, before idf; words of the question count where there are no others."""
    found = query_terms(query)[:MOST_TERMS]
    asks = {term.source for term in found if is_question_word(term.source)}
    if len(asks) == len({term.source for term in found}):
        asks.clear()
    return {
        term.term: TERM_WEIGHT[term.kind] * (QUESTION_WORD_WEIGHT if term.source in asks else 1.0) for term in found
    }


def _wants_vector(query: CodeQuery) -> bool:
    return query.mode in (Mode.HYBRID, Mode.VECTOR)


def _within_budget(
    query: CodeQuery, ranked: list[Ranked], winners: dict[int, Winner]
) -> tuple[tuple[CodeHit, ...], bool]:
    """The readable winners in order, as many as the limit and the token budget hold; the first one always fits."""
    hits: list[CodeHit] = []
    spent = 0
    for each in ranked:
        winner = winners.get(each.candidate.id)
        if winner is None:
            continue
        if len(hits) == query.limit:
            break
        spent += count_tokens(winner.content)
        if query.max_tokens is not None and hits and spent > query.max_tokens:
            return tuple(hits), True
        hits.append(_hit(each, winner, explain=query.explain))
    return tuple(hits), False


def _hit(ranked: Ranked, winner: Winner, *, explain: bool) -> CodeHit:
    candidate = ranked.candidate
    return CodeHit(
        path=winner.path,
        project_id=winner.project_id,
        file_id=candidate.file_id,
        language=candidate.language,
        kind=candidate.kind,
        symbol=candidate.symbol,
        start_line=candidate.start_line,
        end_line=candidate.end_line,
        score=round(ranked.score, 5),
        content=winner.content,
        stale=winner.stale,
        scores={name: round(value, 5) for name, value in ranked.parts.items()} if explain else None,
    )
