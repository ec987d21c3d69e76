"""Which texts are encoded together: those of like length, no more tokens at once than the memory is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def batch_by_tokens(lengths: Sequence[int], max_tokens: int) -> Iterator[list[int]]:
    """Yield indexes, longest texts first, such that rows times the longest row (the padding) stay within the limit.

    A text that exceeds it alone is a batch of its own.
    """
    batch: list[int] = []
    width = 0
    # Longest first: what runs out of memory does so at the start, and the later batches fit into what is allocated.
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and width * (len(batch) + 1) > max_tokens:
            yield batch
            batch = []
        if not batch:
            width = max(1, lengths[index])
        batch.append(index)
    if batch:
        yield batch
