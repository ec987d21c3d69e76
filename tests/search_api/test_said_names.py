"""Names that no code has are told as they were typed, and those that it has as it writes them."""

from __future__ import annotations

from search_api.said_names import name_terms


def test_an_unknown_name_is_told_as_it_was_typed_and_the_known_one_as_it_is_written() -> None:
    widened = {"roundprise": {"roundprice": 0.6, "elsewhere": 0.5}}

    told = name_terms(widened, "where is round_Prise?", [None, "Shop.round_price", "other"])

    assert told == {"round_Prise": {"round_price": 0.6, "elsewhere": 0.5}}


def test_what_is_a_part_of_a_name_stays_as_it_is() -> None:
    assert name_terms({"pris": {"pric": 0.5}}, "round_prise", ["round_price"]) == {"pris": {"pric": 0.5}}


def test_without_unknown_names_there_is_nothing_to_tell() -> None:
    assert name_terms({}, "round_price", ["round_price"]) == {}
