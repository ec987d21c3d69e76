"""A reranker has the last word on the order of the first results, and scores still add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.caller import user
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import CodeQuery, search_code
from sql.database import Database
from tests.indexing import index_now, new_user, put_file
from tests.stubs import StubEncoder


class LikesLast:
    """Scores the texts it is given by their place, the last one highest."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts = list(texts)
        return np.arange(len(texts), dtype=np.float32)


def test_the_reranker_orders_what_the_ranker_found(url: str) -> None:
    user_id = new_user(url)
    for name in ("price", "round", "total"):
        put_file(url, user_id, f"/shop/{name}.py", f"def round_{name}(value):\n    return round(value, 2)\n")
    encoder, reranker = StubEncoder(), LikesLast()
    index_now(url, encoder)
    asked = CodeQuery("round a price", limit=2, explain=True)

    with Database(url, max_size=2) as database:
        active = ActiveEncoder(database, lambda _: encoder)
        plain = search_code(database, active, user(user_id), CodeQuery("round a price"))
        reranked = search_code(database, active, user(user_id), asked, reranker=reranker)

    assert len(plain.results) == 3
    # It reads more than is shown, each text under its path.
    assert [text.splitlines()[0] for text in reranker.texts] == [hit.path for hit in plain.results]
    assert [hit.path for hit in reranked.results] == [hit.path for hit in reversed(plain.results)][:2]
    assert [hit.score for hit in reranked.results] == [hit.score for hit in plain.results][:2]
    for hit in reranked.results:
        assert hit.scores is not None
        assert sum(hit.scores.values()) == pytest.approx(hit.score, abs=1e-3)


def test_a_reranker_is_not_asked_when_nothing_was_found(url: str) -> None:
    user_id, encoder, reranker = new_user(url), StubEncoder(), LikesLast()
    index_now(url, encoder)

    with Database(url, max_size=2) as database:
        active = ActiveEncoder(database, lambda _: encoder)
        reply = search_code(database, active, user(user_id), CodeQuery("round"), reranker=reranker)

    assert reply.results == ()
    assert reranker.texts == []
