"""Tests of what the doors accept: the patterns of the API's description say what the checks do."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from search_api.http.routes.search import CodeRequest
from search_api.limits import ASKING, SPACES, Moment, MomentBound, Path, normalise_path

PATH: TypeAdapter[str] = TypeAdapter(Path)


def test_white_space_is_what_queries_are_stripped_of() -> None:
    spaces = re.compile(f"[{SPACES}]")

    assert [c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace() != bool(spaces.match(c))] == []


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("a", True),
        (" a\n", True),
        ("\ufeff", True),
        ("\n\n", False),
        ("", False),
        ("\x1e \u3000", False),
        ("a\0", False),
    ],
)
def test_a_query_says_something(query: str, allowed: bool) -> None:
    assert bool(re.search(ASKING.pattern, query)) is allowed


@given(st.text("/.a\n\x00\x7f~ é", max_size=12))
@example("/a/..")
@example("/...")
@example("/a\n")
def test_the_pattern_of_a_path_says_what_the_check_does(path: str) -> None:
    # Only in Python does $ also match before a last line break.
    pattern = PATH.json_schema()["pattern"].replace("$", r"\Z")

    assert bool(re.search(pattern, path)) is taken(path)


def taken(path: str) -> bool:
    try:
        return normalise_path(path) == path
    except ValueError:
        return False


@pytest.mark.parametrize("value", [2, 2.0])
def test_a_whole_number_may_have_a_point(value: float) -> None:
    assert CodeRequest.model_validate({"query": "a", "limit": value, "max_tokens": value}).limit == 2


@pytest.mark.parametrize("value", [2.5, "2", True, None, [2], float("inf"), float("nan"), 1e30, -0.0])
def test_anything_else_is_no_number_of_results(value: Any) -> None:
    with pytest.raises(ValidationError, match="limit"):
        CodeRequest.model_validate({"query": "a", "limit": value})


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00+00:00"),
        # PostgreSQL reads offsets of less than sixteen hours.
        ("2026-01-01T12:00:00+23:59", "2025-12-31T12:01:00+00:00"),
        ("2026-01-01T12:00:00-21:32", "2026-01-02T09:32:00+00:00"),
        ("0002-01-01T00:00:00Z", "0002-01-01T00:00:00+00:00"),
    ],
)
def test_a_moment_is_told_in_utc(written: str, utc: str) -> None:
    assert TypeAdapter(Moment).validate_json(f'"{written}"').isoformat() == utc


@pytest.mark.parametrize(
    "written",
    ["0001-01-01T00:00:00+05:00", "0001-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"],
)
def test_a_moment_that_could_not_be_read_back_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="lies outside of the years 2 to 9998"):
        TypeAdapter(Moment).validate_json(f'"{written}"')


@pytest.mark.parametrize(
    ("written", "bound"),
    [
        ("0001-01-01T00:00:00+05:00", "0002-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59-05:00", "9998-12-31T23:59:59+00:00"),
        ("2026-01-01T12:00:00-21:32", "2026-01-02T09:32:00+00:00"),
    ],
)
def test_a_bound_beyond_the_calendar_is_its_edge(written: str, bound: str) -> None:
    assert TypeAdapter(MomentBound).validate_json(f'"{written}"').isoformat() == bound
