"""Paths and names against those that were typed."""

from __future__ import annotations

import pytest

from search_api.exact_fit import fit_name, fit_path, is_definition_of, name_beside
from search_api.matched_lines import lines_of_phrases


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("ranking.py", ["/p/api/ranking.py", "/p/ranking.pyi", "/p/my_ranking.py"]),
        ("cli/up", ["/p/cli/up.py", "/p/cli/update.py", "/p/cli/up/x.py", "/p/cli/upper/x.py", "/p/xcli/up.py"]),
        ("home/me/p/a.py", ["/p/a.py", "/p/b.py"]),
        ("p", ["/p/p.py", "/p/q.py"]),
    ],
)
def test_the_nearer_path_fits_better_and_another_not_at_all(asked: str, order: list[str]) -> None:
    fits = [fit_path(path, asked) for path in order]

    assert fits == sorted(set(fits), reverse=True)
    assert fits[-1] == (0.5 if asked == "p" else 0.0)


@pytest.mark.parametrize(
    ("symbol", "defines", "asked", "fit"),
    [
        ("Session.send", ("send",), "send", 1.0),
        ("http::Session::send", (), "Session.send", 1.0),
        ("Adapter.send", ("send",), "Session.send", 0.5),
        ("Session.resend", ("resend",), "send", 0.0),
        ("Session", ("Session",), "session", 0.0),
        (None, (), "send", 0.0),
    ],
)
def test_a_name_fits_with_its_qualifiers_and_its_case(
    symbol: str | None, defines: tuple[str, ...], asked: str, fit: float
) -> None:
    assert fit_name(symbol, defines, asked) == fit


@pytest.mark.parametrize(
    ("symbol", "defines", "asked", "name"),
    [
        ("Basket", ("Cart", "total", "Basket"), "Cart", "Cart"),
        ("Basket", ("Cart", "total", "Basket"), "Cart.total", "total"),
        ("Basket", ("Cart", "Basket"), "Basket", None),
        ("shop::Basket", ("Cart", "Basket"), "shop.Basket", None),
        ("Basket", ("Cart", "Basket"), "cart", None),
        ("Basket", ("Cart", "Basket"), "Shelf", None),
        (None, ("A", "B"), "B", "B"),
    ],
)
def test_a_name_that_was_asked_for_is_told_beside_that_of_the_largest(
    symbol: str | None, defines: tuple[str, ...], asked: str, name: str | None
) -> None:
    assert name_beside(symbol, defines, asked) == name


@pytest.mark.parametrize(
    ("asked", "symbol", "beside", "is_it"),
    [
        ("send_mail", "send_mail", None, True),
        ("send_mail", "Mailer.send_mail", None, True),
        ("Mailer.send_mail", "Mailer.send_mail", None, True),
        ("Mailer.send_mail", "Post::send_mail", None, False),
        ("send_mail", "Send_mail", None, False),
        ("send_mail", "resend_mail", None, False),
        ("send_mail", None, None, False),
        ("send_mail", "Mailer", "send_mail", True),
        ("Mailer.send_mail", "Mailer", "send_mail", True),
        ("Mailer.send_mail", "Post", "send_mail", False),
        ("send_mail", None, "send_mail", True),
    ],
)
def test_a_definition_is_told_from_another_of_the_same_last_name(
    asked: str, symbol: str | None, beside: str | None, is_it: bool
) -> None:
    assert is_definition_of(asked, symbol, beside) is is_it


@pytest.mark.parametrize(
    ("content", "phrases", "lines"),
    [
        ("a b\nc\r\na b a b\rc", ("a b",), [10, 12]),
        ("a b\nc", ("c", "a"), [10, 11]),
        ("A B", ("a b",), []),
        ("a.c\nabc", ("a.c",), [10]),
    ],
)
def test_lines_are_those_of_the_file_on_which_a_phrase_begins(
    content: str, phrases: tuple[str, ...], lines: list[int]
) -> None:
    assert lines_of_phrases(content, 10, phrases) == lines
