"""Beyond the exact limit a search answers as the exact pass does, through the caller's own indexes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from indexer.approximate import Thresholds, maintain_indexes
from models.caller import ANON, user
from sql import index
from sql.database import Connection
from sql.search import Candidate, CandidateQuery, Fuzzy, find_candidates
from tests.conftest import become, refusal
from tests.plans import index_conditions
from tests.tenants import DIMENSIONS, Tenant, add_chunks, make_generation, make_tenant, projects_of, topic_vectors

# So many others that reading the whole table is never as cheap as an index.
LARGE, SMALL, MANY = 4_000, 1_000, 16
EXACT, APPROXIMATE = "1000000", "1500"
NEAREST = 10


@dataclass(frozen=True)
class Crowd:
    """One large user with approximate indexes, another without, many small ones; two generations side by side."""

    url: str
    model: int
    older: int
    large: Tenant
    unindexed: Tenant

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url)


@pytest.fixture(scope="module")
def crowd(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Crowd]:
    with clone() as url:
        with psycopg.connect(url) as connection:
            older = make_generation(connection, active=False)
            model = make_generation(connection)
            large, unindexed = make_tenant(connection), make_tenant(connection)
            add_chunks(connection, model, large, LARGE)
            for _ in range(MANY):
                add_chunks(connection, model, make_tenant(connection), SMALL)
            add_chunks(connection, older, large, LARGE, seed=9)
            index.fold_terms(connection)
        maintain_indexes(url, model_id=model, dimensions=DIMENSIONS, thresholds=Thresholds(build=LARGE, drop=0))
        with psycopg.connect(url) as connection:
            add_chunks(connection, model, unindexed, LARGE)
            index.fold_terms(connection)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        yield Crowd(url, model, older, large, unindexed)


def vector_text(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def asking(crowd: Crowd, vector: NDArray[np.float32] | None, *words: str) -> CandidateQuery:
    return CandidateQuery(
        model_id=crowd.model,
        project_id=None,
        vector=None if vector is None else vector_text(vector),
        terms=dict.fromkeys(words, 1.0) or None,
        fuzzy=Fuzzy.NEVER,
        languages=None,
        kinds=None,
        pattern=None,
        most=NEAREST,
    )


def search(connection: Connection, tenant: Tenant, wanted: CandidateQuery, exact_limit: str) -> list[Candidate]:
    connection.execute("select set_config('codingit.exact_limit', %s, true)", (exact_limit,))
    become(connection, user(tenant.user_id))
    try:
        return find_candidates(connection, wanted).candidates
    finally:
        become(connection, None)


def nearest(candidates: list[Candidate]) -> set[int]:
    return {each.id for each in sorted(candidates, key=lambda each: -(each.dense or 0.0))[:NEAREST]}


def best_words(candidates: list[Candidate]) -> list[float]:
    # Scores, not ids: chunks with equal scores may stand for each other.
    return sorted((round(each.lexical or 0.0, 4) for each in candidates), reverse=True)[:NEAREST]


def recall_of(crowd: Crowd, wanted: CandidateQuery, queries: int = 40) -> float:
    hits = total = 0
    with crowd.connect() as connection:
        for vector in topic_vectors(queries, seed=20_261_124):
            asked = replace(wanted, vector=vector_text(vector))
            truth = nearest(search(connection, crowd.large, asked, EXACT))
            hits += len(truth & nearest(search(connection, crowd.large, asked, APPROXIMATE)))
            total += len(truth)
    assert total == queries * NEAREST, "the exact pass found too little to compare with"
    return hits / total


def test_the_nearest_are_those_of_the_exact_pass(crowd: Crowd) -> None:
    assert recall_of(crowd, asking(crowd, None)) >= 0.98


@pytest.mark.parametrize(
    "change",
    [
        {"languages": ("go",)},
        {"kinds": ("class",)},
        {"pattern": "/f1[0-9]*\\.txt$"},
        {"pattern": "/f33\\.txt$"},
        {"languages": ("go", "sql"), "kinds": ("class",)},
    ],
)
def test_a_filter_chooses_among_all_chunks_and_not_among_near_ones(crowd: Crowd, change: dict[str, Any]) -> None:
    wanted = replace(asking(crowd, None), **change)
    assert recall_of(crowd, wanted, queries=20) >= 0.98


def test_a_project_is_searched_alone(crowd: Crowd) -> None:
    wanted = replace(asking(crowd, None, "common"), project_id=crowd.large.projects[1])
    assert recall_of(crowd, wanted) >= 0.98
    with crowd.connect() as connection:
        found = search(
            connection, crowd.large, replace(wanted, vector=vector_text(topic_vectors(1, 3)[0])), APPROXIMATE
        )
        assert projects_of(connection, found) == {crowd.large.projects[1]}


def test_a_deleted_project_is_left_out(crowd: Crowd) -> None:
    vector = topic_vectors(1, 3)[0]
    gone, left = crowd.large.projects
    with crowd.connect() as connection:
        connection.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", (gone,))
        found = search(connection, crowd.large, asking(crowd, vector, "common"), APPROXIMATE)
        exact = search(connection, crowd.large, asking(crowd, vector, "common"), EXACT)
        assert projects_of(connection, found) == {left}
        connection.rollback()
    assert nearest(found) == nearest(exact)


@pytest.mark.parametrize(
    "words", [("common",), ("some7",), ("only1x17",), ("common", "some7"), ("only1x17", "some8", "common"), ("absent",)]
)
def test_the_best_by_words_are_those_of_the_exact_pass(crowd: Crowd, words: tuple[str, ...]) -> None:
    with crowd.connect() as connection:
        exact = search(connection, crowd.large, asking(crowd, None, *words), EXACT)
        found = search(connection, crowd.large, asking(crowd, None, *words), APPROXIMATE)
    assert best_words(found) == best_words(exact)
    assert bool(found) == ("absent" not in words)


def test_a_word_that_nearly_all_chunks_hold_still_finds_some(crowd: Crowd) -> None:
    with crowd.connect() as connection:
        connection.execute("set local codingit.lexical_limit = '100'")
        assert len(search(connection, crowd.large, asking(crowd, None, "common"), APPROXIMATE)) == NEAREST


def test_without_an_index_the_exact_pass_answers(crowd: Crowd) -> None:
    vector = topic_vectors(1, 3)[0]
    with crowd.connect() as connection:
        exact = search(connection, crowd.unindexed, asking(crowd, vector, "some7"), EXACT)
        found = search(connection, crowd.unindexed, asking(crowd, vector, "some7"), APPROXIMATE)
    assert [each.id for each in found] == [each.id for each in exact]


@pytest.mark.parametrize("caller", [ANON, user(UUID(int=1))])
def test_nobody_reads_which_users_have_indexes(crowd: Crowd, caller: Any) -> None:
    with crowd.connect() as connection:
        assert refusal(connection, caller, "select name from code_ann_indexes") == "42501"


def scans(crowd: Crowd, tenant: Tenant, wanted: CandidateQuery, exact_limit: str) -> dict[str, str]:
    """Index scans of one search by the index's name; those of the user's own approximate ones without the name."""
    with crowd.connect() as connection:
        conditions = index_conditions(connection, lambda: search(connection, tenant, wanted, exact_limit))
    found = {}
    for name, condition in conditions:
        own = name.startswith(f"code_ann_{crowd.model}_{tenant.user_id.hex[:12]}")
        found["words" if own and name.endswith("_words") else "vectors" if own else name] = condition
    return found


@pytest.mark.parametrize(
    "change",
    [{}, {"languages": ("go",)}, {"kinds": ("class",)}, {"pattern": "f1"}, {"most": 200}],
)
@pytest.mark.parametrize("project", [False, True])
def test_beyond_the_limit_the_users_own_indexes_are_asked(crowd: Crowd, change: dict[str, Any], project: bool) -> None:
    wanted = replace(asking(crowd, topic_vectors(1, 3)[0], "some7"), **change)
    if project:
        wanted = replace(wanted, project_id=crowd.large.projects[0])
    used = scans(crowd, crowd.large, wanted, APPROXIMATE)
    assert {"words", "vectors", "code_embeddings_pkey"} <= used.keys()
    assert not {"code_embeddings_scope", "idx_code_embeddings_user_id"} & used.keys()


def test_nobody_asks_the_index_of_another_user(crowd: Crowd) -> None:
    used = scans(crowd, crowd.unindexed, asking(crowd, topic_vectors(1, 3)[0], "some7"), APPROXIMATE)
    assert not any(name.startswith("code_ann_") and name != "code_ann_indexes_model_id_user_id_key" for name in used)
    assert {"code_embeddings_scope", "idx_code_embeddings_user_id"} & used.keys()


@pytest.mark.parametrize("project", [False, True])
def test_the_exact_pass_reads_one_generation_through_the_scope(crowd: Crowd, project: bool) -> None:
    wanted = asking(crowd, topic_vectors(1, 3)[0], "some7")
    if project:
        wanted = replace(wanted, project_id=crowd.large.projects[0])
    used = scans(crowd, crowd.large, wanted, EXACT)
    assert "user_id" in used.get("code_embeddings_scope", ""), used
    assert "model_id" in used["code_embeddings_scope"]
    assert not {"idx_code_embeddings_user_id", "vectors", "words"} & used.keys()


@pytest.mark.parametrize("project", [False, True])
def test_the_lexicon_is_read_by_term(crowd: Crowd, project: bool) -> None:
    wanted = asking(crowd, None, "common", "some7", "only1x17")
    if project:
        wanted = replace(wanted, project_id=crowd.large.projects[0])
    used = scans(crowd, crowd.large, wanted, EXACT)
    assert "code_terms_fuzzy" not in used
    assert any(name.startswith("code_terms_") and "term = " in condition for name, condition in used.items())
