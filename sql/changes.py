"""What an update writes: the columns that were given, null among them, and of the others what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def given(columns: Sequence[str], values: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a query that writes the `given` of these columns."""
    unknown = values.keys() - set(columns)
    if unknown:
        raise ValueError(f"no columns that may be written: {sorted(unknown)}")
    return {**dict.fromkeys(columns), **values, "given": list(values)}
