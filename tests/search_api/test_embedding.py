"""Preparing a small request at once: the same as otherwise, and never where it could wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from search_api import active_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.embedding import AT_ONCE_CHARACTERS, BadInputError, EmbeddingRequest, Embeddings
from sql.database import Database
from tests.stubs import StubEncoder

SMALL = EmbeddingRequest("default", ["def f(): ...", "return"])


def test_a_small_request_is_prepared_at_once_as_it_is_otherwise(
    clone: Callable[[], AbstractContextManager[str]],
) -> None:
    with clone() as url, Database(url) as database:
        embeddings = Embeddings(ActiveEncoder(database, lambda _: StubEncoder()), 1_000)
        before_it_is_loaded = embeddings.prepare_at_once(SMALL)
        slowly = embeddings.prepare(SMALL)
        at_once = embeddings.prepare_at_once(SMALL)
        assert before_it_is_loaded is None
        assert at_once is not None
        assert (at_once.job.texts, at_once.job.lengths) == (slowly.job.texts, slowly.job.lengths)
        assert (at_once.model, at_once.dimensions, at_once.tokens) == (slowly.model, slowly.dimensions, slowly.tokens)
        with pytest.raises(BadInputError):
            embeddings.prepare_at_once(EmbeddingRequest("default", ["a"], dimensions=10_000))


def test_a_large_request_and_a_look_that_is_due_are_left_to_a_thread(
    clone: Callable[[], AbstractContextManager[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clone() as url, Database(url) as database:
        embeddings = Embeddings(ActiveEncoder(database, lambda _: StubEncoder()), 10_000)
        embeddings.prepare(SMALL)
        assert embeddings.prepare_at_once(EmbeddingRequest("default", ["a" * (AT_ONCE_CHARACTERS + 1)])) is None
        assert embeddings.prepare_at_once(SMALL) is not None
        monkeypatch.setattr(active_encoder, "SECONDS_BETWEEN_LOOKS", -1.0)
        assert embeddings.prepare_at_once(SMALL) is None
