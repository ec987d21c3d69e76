"""How near texts are to a query: as the model has it, encoded once, never another text's row."""

from __future__ import annotations

import numpy as np
import pytest

from search_api.text_rows import TextRows
from tests.stubs import StubEncoder

TEXTS = ["round the price", "send the mail", "close the ticket"]


def test_each_text_has_its_cosine_with_the_query() -> None:
    encoder = StubEncoder(256)
    cosines = TextRows(encoder).compare("the price", TEXTS)
    expected = encoder.encode_documents(TEXTS) @ encoder.encode_queries(["the price"])[0]
    assert cosines == pytest.approx(expected.tolist())
    assert int(np.argmax(expected)) == 0


def test_a_text_is_encoded_once_and_a_changed_one_anew() -> None:
    encoder = StubEncoder(256)
    rows = TextRows(encoder)
    first = rows.compare("the price", TEXTS)
    assert encoder.documents_encoded == 3
    assert rows.compare("the price", [*TEXTS, TEXTS[0]]) == pytest.approx([*(first or []), (first or [])[0]])
    assert encoder.documents_encoded == 3
    changed = rows.compare("the price", ["the price", *TEXTS[1:]])
    assert encoder.documents_encoded == 4
    assert changed is not None
    assert changed[0] == pytest.approx(1.0)


def test_no_more_is_kept_than_may_be() -> None:
    encoder = StubEncoder(256)
    rows = TextRows(encoder, most_kept=2)
    before = rows.compare("the price", TEXTS)
    assert rows.compare("the price", TEXTS[1:]) == pytest.approx((before or [])[1:])
    assert encoder.documents_encoded == 3, "the last two are kept"
    assert rows.compare("the price", TEXTS[:1]) == pytest.approx((before or [])[:1])
    assert encoder.documents_encoded == 4, "the first one went first"


def test_a_query_that_says_nothing_is_near_to_nothing() -> None:
    assert TextRows(StubEncoder(256)).compare("", TEXTS) is None
    assert TextRows(StubEncoder(256)).compare("the price", []) == []
