"""The use case of code search: encode the query, find candidates, rank, read the winners as the caller, cut to size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import perf_counter
from uuid import UUID

from models.caller import Caller
from models.errors import InvalidRequestError
from models.reranker import Reranker
from models.tokens import TermKind, query_terms
from search_api.active_encoder import ActiveEncoder, QueryVector
from search_api.budget import count_tokens
from search_api.evidence import Sign
from search_api.exact_fit import fit_name, fit_path, name_beside
from search_api.globs import glob_to_regex
from search_api.marking import find_matches
from search_api.matched_lines import lines_of_phrases
from search_api.query_intent import QueryIntent, read_intent
from search_api.query_words import is_question_word
from search_api.ranking import Ranked, rank
from search_api.reranking import RERANKED_RESULTS, rerank
from search_api.said_names import name_terms
from search_api.snippets import Span
from sql.database import Database
from sql.failures import OutdatedModelError
from sql.search import (
    Candidate,
    CandidateQuery,
    Found,
    Fuzzy,
    IndexCounts,
    Winner,
    ask_winners,
    count_unindexed,
    find_candidates,
)

# Of each half, unless more results are asked for. nDCG@10 with 80, 60, 48: 0.933, 0.933, 0.934 on fifteen repositories,
# 0.933 with 60 and 0.932 with 48 cross-validated; 0.876, 0.877, 0.877 on nine others. Each costs its transport and its
# ranking: with 48 a search in 2,000 chunks computes 0.93 of what it does with 60 outside of the database.
MOST_CANDIDATES = 48
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
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A chunk that answers: lines are 1-based and inclusive; `scores` add up to `score`.

    `symbol` is its largest definition, `asked_name` another one in it, where that is the name that was asked for.
    `matched_lines` are those on which a quoted phrase or a match of the expression begins, where one was asked for,
    `matches` what to highlight in the content, as half-open ranges of code points, `meaning` the cosine with the query.
    """

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
    matched_lines: tuple[int, ...] | None = None
    scores: dict[str, float] | None = None
    matches: tuple[Span, ...] | None = None
    asked_name: str | None = None
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class CodeReply:
    """Hits best first, and how fresh the index is; `widened` tells which unknown words were taken for which."""

    results: tuple[CodeHit, ...]
    index: IndexCounts
    widened: dict[str, dict[str, float]]
    truncated: bool
    took_ms: float


def search_code(
    database: Database,
    encoder: ActiveEncoder,
    caller: Caller,
    query: CodeQuery,
    *,
    reranker: Reranker | None = None,
) -> CodeReply:
    """Answer a query from the caller's own code; a reranker has the last word on the first results.

    Raises CodingitError.
    """
    started = perf_counter()
    if not query.query.strip():
        raise InvalidRequestError("The query is empty.", hint="Say in a few words or with a name what to find.")
    # Before anything is asked: a wrong glob is wrong as well where nothing has been indexed yet.
    pattern = None if query.path_glob is None else glob_to_regex(query.path_glob)
    shown = query.limit if reranker is None else max(query.limit, RERANKED_RESULTS)
    intent = read_intent(query.query)
    vector = encoder.encode_query(intent.text, wanted=_wants_vector(query, intent))
    try:
        found, ranked = _search(database, encoder, vector, caller, query, intent, pattern, shown)
    except OutdatedModelError:
        # The index was switched to another model since this process looked: load it and ask once more.
        encoder.refresh()
        vector = encoder.encode_query(intent.text, wanted=_wants_vector(query, intent))
        found, ranked = _search(database, encoder, vector, caller, query, intent, pattern, shown)
    # A path or an expression without words says where, and leaves nothing to a model to judge.
    if reranker is not None and intent.text and intent.path is None:
        ranked = _rerank(reranker, intent.text, ranked)
    hits, truncated = _within_budget(query, intent, ranked)
    if query.highlight:
        hits = tuple(replace(hit, matches=find_matches(query.query, hit.content, found.widened)) for hit in hits)
    took = (perf_counter() - started) * 1000
    widened = name_terms(found.widened, query.query, (hit.symbol for hit in hits))
    return CodeReply(hits, found.counts, widened, truncated, round(took, 2))


def _search(
    database: Database,
    encoder: ActiveEncoder,
    vector: QueryVector,
    caller: Caller,
    query: CodeQuery,
    intent: QueryIntent,
    pattern: str | None,
    shown: int,
) -> tuple[Found, list[tuple[Ranked, Winner]]]:
    """What was found, and the ranked chunks that the caller may read."""
    if vector.model_id is None:
        with database.acting_as(caller) as connection:
            return Found([], {}, count_unindexed(connection, query.project_id)), []
    known = query.mode is not Mode.HYBRID or intent.is_exact or encoder.knows(intent.text)
    wanted = _candidate_query(vector.model_id, vector.text, query, intent, pattern, known)
    with database.reading_as(caller) as connection:
        found = find_candidates(connection, wanted)
        if not (known or any(_holds(intent, each) for each in found.candidates)):
            # Words that neither the code nor the model know are near to something by chance.
            found = replace(found, candidates=[])
        most = shown + SPARE_WINNERS
        ranked = rank(intent.text, found.candidates, most, widened=found.widened, held=_held(intent))
        ids = [each.candidate.id for each in ranked]
        read = ask_winners(connection, ids, query.project_id, intent.expression)
    winners = read()
    return found, [(each, winners[each.candidate.id]) for each in ranked if each.candidate.id in winners]


def _holds(intent: QueryIntent, candidate: Candidate) -> bool:
    """Whether a candidate has words of the query, or is at the path or of the name that it is."""
    if candidate.lexical or (intent.path and fit_path(candidate.path, intent.path)):
        return True
    return intent.name is not None and fit_name(candidate.symbol, candidate.defines, intent.name) > 0


def _rerank(reranker: Reranker, query: str, ranked: Sequence[tuple[Ranked, Winner]]) -> list[tuple[Ranked, Winner]]:
    """The first results in the reranker's order; each takes the score of its new place."""
    texts = [f"{winner.path}\n{winner.content}" for _, winner in ranked[:RERANKED_RESULTS]]
    if not texts:
        return []
    moved = rerank(ranked, reranker.score(query, texts))
    return [(_at_place_of(there, each), winner) for (each, winner), (there, _) in zip(moved, ranked, strict=True)]


def _at_place_of(there: Ranked, each: Ranked) -> Ranked:
    gained = there.score - each.score
    return replace(each, score=there.score, parts={**each.parts, "reranker": gained}) if gained else each


def _candidate_query(
    model_id: int, vector: str | None, query: CodeQuery, intent: QueryIntent, pattern: str | None, known: bool
) -> CandidateQuery:
    terms = None
    if query.mode is not Mode.VECTOR:
        # Where nothing else is known, what holds the question's words holds nothing of what is meant.
        terms = lexical_query(intent.text, question_words=QUESTION_WORD_WEIGHT if known else 0.0)
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
        most=max(MOST_CANDIDATES, query.limit + SPARE_WINNERS),
        phrases=intent.phrases,
        expression=intent.expression,
        fragments=intent.fragments,
        path=intent.path,
        name=intent.name,
    )


def lexical_query(query: str, *, question_words: float = QUESTION_WORD_WEIGHT) -> dict[str, float]:
    """The terms to look for with their weights, before idf; words of the question count where there are no others."""
    found = query_terms(query)[:MOST_TERMS]
    asks = {term.source for term in found if is_question_word(term.source)}
    if len(asks) == len({term.source for term in found}):
        asks.clear()
    weights = {term.term: TERM_WEIGHT[term.kind] * (question_words if term.source in asks else 1.0) for term in found}
    return {term: weight for term, weight in weights.items() if weight}


def _wants_vector(query: CodeQuery, intent: QueryIntent) -> bool:
    # An expression may be without any word.
    return query.mode in (Mode.HYBRID, Mode.VECTOR) and bool(intent.text)


def _held(intent: QueryIntent) -> tuple[Sign, ...]:
    """What every candidate has been checked for."""
    phrase = (Sign.PHRASE,) if intent.phrases else ()
    return phrase if intent.expression is None else (*phrase, Sign.PATTERN)


def _within_budget(
    query: CodeQuery, intent: QueryIntent, ranked: Sequence[tuple[Ranked, Winner]]
) -> tuple[tuple[CodeHit, ...], bool]:
    """The results in order, as many as the limit and the token budget hold; the first one always fits."""
    hits: list[CodeHit] = []
    spent = 0
    for each, winner in ranked[: query.limit]:
        if query.max_tokens is not None:
            spent += count_tokens(winner.content)
            if hits and spent > query.max_tokens:
                return tuple(hits), True
        hits.append(_hit(each, winner, intent, explain=query.explain))
    return tuple(hits), False


def _hit(ranked: Ranked, winner: Winner, intent: QueryIntent, *, explain: bool) -> CodeHit:
    candidate = ranked.candidate
    lines = None
    if intent.is_exact:
        of_phrases = lines_of_phrases(winner.content, candidate.start_line, intent.phrases)
        lines = tuple(sorted({*of_phrases, *(winner.matched_lines or ())}))
    return CodeHit(
        path=winner.path,
        project_id=winner.project_id,
        file_id=winner.file_id,
        language=winner.language,
        kind=candidate.kind,
        symbol=candidate.symbol,
        start_line=candidate.start_line,
        end_line=winner.end_line,
        score=round(ranked.score, 5),
        content=winner.content,
        stale=winner.stale,
        matched_lines=lines,
        scores={name: round(value, 5) for name, value in ranked.parts.items()} if explain else None,
        asked_name=name_beside(candidate.symbol, candidate.defines, intent.name) if intent.name else None,
        meaning=candidate.dense,
    )
