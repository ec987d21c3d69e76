"""Questions with known answers: made of what the code defines and says, the same each time, and judged fairly."""

from __future__ import annotations

import pytest

from search_api.known_items import Asked, KnownItem, known_items, rank_of

PRICES = '''"""What things cost."""


def round_price(amount):
    """Round a price to whole cents. Halves go up."""
    return amount


def tax(amount):
    """Tax."""
    return amount
'''
OTHER = '''def add_charge(amount):
    """Round a price to whole cents."""
    return amount
'''
TEST = '''def test_round_price_rounds():
    """Prices are rounded in every case."""
'''


def test_a_definition_is_asked_for_by_name_misspelt_and_by_its_first_sentence() -> None:
    items = known_items([("shop/prices.py", PRICES)], 9)

    assert sorted(items, key=lambda item: item.asked) == [
        KnownItem(Asked.DOCUMENTATION, "Round a price to whole cents.", "shop/prices.py", "round_price"),
        KnownItem(Asked.MISSPELT, "roun_dprice", "shop/prices.py", "round_price"),
        KnownItem(Asked.NAME, "round_price", "shop/prices.py", "round_price"),
    ]


def test_a_sentence_that_two_files_say_asks_for_neither() -> None:
    items = known_items([("shop/prices.py", PRICES), ("shop/charges.py", OTHER)], 30)

    assert [item for item in items if item.asked is Asked.DOCUMENTATION] == []
    assert {item.query for item in items if item.asked is Asked.NAME} == {"round_price", "add_charge"}


@pytest.mark.parametrize(
    ("path", "text"), [("tests/test_prices.py", TEST), ("notes.xyz", "round the price"), ("empty.py", "")]
)
def test_tests_and_files_without_definitions_ask_nothing(path: str, text: str) -> None:
    assert known_items([(path, text)], 9) == []


def test_the_kinds_share_the_questions_and_the_choice_is_always_the_same() -> None:
    files = [
        (f"part{number}.py", f'def compute_total_{number}():\n    """Sum of all of the {number} parts."""\n')
        for number in range(40)
    ]

    items = known_items(files, 30)

    assert [len([item for item in items if item.asked is asked]) for asked in Asked] == [10, 10, 10]
    assert known_items(reversed(files), 30) == items


@pytest.mark.parametrize(
    ("asked", "results", "rank"),
    [
        (Asked.NAME, [("/shop/a.py", "other"), ("/shop/src/prices.py", None)], 2),
        (Asked.NAME, [("/shop/b.py", "Money.round_price")], 1),
        (Asked.MISSPELT, [("/shop/b.py", "round_price")], 1),
        (Asked.DOCUMENTATION, [("/shop/b.py", "round_price")], None),
        (Asked.NAME, [("/shop/src/more_prices.py", "round_prices")], None),
        (Asked.NAME, [], None),
    ],
)
def test_the_file_or_for_a_name_any_of_its_definitions_answers(
    asked: Asked, results: list[tuple[str, str | None]], rank: int | None
) -> None:
    assert rank_of(KnownItem(asked, "round_price", "src/prices.py", "round_price"), results) == rank
