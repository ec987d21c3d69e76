from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.batches import batch_by_tokens


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 1000))
def test_every_text_is_in_one_batch_and_no_batch_exceeds_the_limit(lengths: list[int], max_tokens: int) -> None:
    batches = list(batch_by_tokens(lengths, max_tokens))

    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= max_tokens or len(batch) == 1


def test_texts_of_like_length_share_a_batch() -> None:
    batches = list(batch_by_tokens([5, 100, 6, 99], max_tokens=200))

    assert batches == [[1, 3], [2, 0]]
