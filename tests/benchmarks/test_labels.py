"""Labelled queries are read whole or not at all; the shipped ones are enough, distinct, and name files that exist."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.labels import SHIPPED, Labelled, read_queries
from benchmarks.sources import OWN, ROOT, SOURCES
from models.errors import SetupError

QUERIES = read_queries(SHIPPED)
CATEGORIES = Counter(query.category for query in QUERIES)
OWN_PATHS = sorted({path for query in QUERIES if query.repo == OWN for path in query.targets})


def test_a_file_of_queries_is_read_and_a_folder_is_its_files(tmp_path: Path) -> None:
    row = {
        "repo": "shop",
        "language": "python",
        "category": "semantic",
        "query": "round a price",
        "relevant": ["prices.py"],
        "secondary": ["money.py"],
    }
    (tmp_path / "a.json").write_text(json.dumps([row]))
    (tmp_path / "b.json").write_text(json.dumps([{**row, "secondary": []}]))

    first, second = read_queries(tmp_path)

    assert first == Labelled("shop", "python", "semantic", "round a price", ("prices.py",), ("money.py",))
    assert first.targets == ("prices.py", "money.py")
    assert second.targets == ("prices.py",)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        '[{"repo": "shop"}]',
        '[{"repo": "a", "language": "b", "category": "c", "query": "d", "relevant": [], "secondary": []}]',
        '[{"repo": "a", "language": "b", "category": "c", "query": "d", "relevant": "a.py", "secondary": []}]',
    ],
)
def test_what_is_no_list_of_labelled_queries_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "queries.json"
    file.write_text(text)

    with pytest.raises(SetupError, match="no labelled queries"):
        read_queries(file)


def test_there_are_enough_of_each_category() -> None:
    assert set(CATEGORIES) == {"semantic", "architecture", "symbol", "typo"}
    assert sum(CATEGORIES.values()) - CATEGORIES["typo"] >= 150
    assert CATEGORIES["typo"] >= 40
    assert min(CATEGORIES.values()) >= 40


def test_no_query_is_asked_twice_of_one_repository() -> None:
    asked = Counter((query.repo, query.query.casefold()) for query in QUERIES)

    assert [each for each, times in asked.items() if times > 1] == []


def test_no_path_is_both_relevant_and_secondary() -> None:
    assert [query for query in QUERIES if len(set(query.targets)) != len(query.targets)] == []


def test_every_package_is_asked_about_and_pinned() -> None:
    asked = {query.repo: query.language for query in QUERIES if query.repo != OWN}

    assert asked == {source.name: source.language for source in SOURCES}


@pytest.mark.parametrize("path", OWN_PATHS)
def test_a_labelled_file_of_this_project_exists(path: str) -> None:
    """When this fails since a file was moved or split, label the query with where its answer is now."""
    assert (ROOT / path).is_file()


def test_a_misspelt_name_is_not_what_the_code_says() -> None:
    for query in QUERIES:
        if query.category == "typo" and query.repo == OWN:
            text = (ROOT / query.relevant[0]).read_text(encoding="utf-8")
            assert any(word not in text for word in query.query.split()), query


def test_the_shipped_folder_holds_labelled_queries_and_nothing_else_that_is_read_as_some() -> None:
    assert {query.repo for query in read_queries(SHIPPED)} >= {"codingit-search", "zap"}
