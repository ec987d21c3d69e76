"""What an agent has read within a budget: of our tool's text, and of what a simulated agent greps and reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.economy import figures_of, read_reply
from benchmarks.grepping import Hit, Piece, Seen, Way, grep, read_within, steps, words_to_grep
from benchmarks.labels import Labelled
from search_api.budget import count_tokens

QUERY = Labelled("shop", "python", "words", "where are prices rounded", ("src/prices.py",), ("src/tax.py",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [f"line {number}" for number in range(1, 101)]
    lines[49] = "def round_price(price):"
    (tmp_path / "prices.py").write_text("\n".join(lines) + "\n")
    (tmp_path / "cart.py").write_text("total = sum(price for price in prices)\n")
    (tmp_path / "mail.py").write_text("subject = 'Your price'\n")
    return tmp_path


def hit(path: str, line: int, text: str, *words: str) -> Hit:
    return Hit(path, line, text, frozenset(words))


HITS = [
    hit("cart.py", 1, "total = sum(price for price in prices)", "price"),
    hit("mail.py", 1, "subject = 'Your price'", "price"),
    hit("prices.py", 50, "def round_price(price):", "price", "round"),
]


def test_a_reply_tells_which_files_it_shows_and_which_it_names() -> None:
    shown = "[1] src/a.py:1-3 function a\ndef a(): [2] x:1-2\n\n[2] b c.py:4-9\nb = 1"
    text = f"{shown}\n\nAlso found:\n[3] d.py:1-2 class D\n\nMore: cursor=x"

    seen = read_reply(text)

    assert (seen.shown, seen.named) == (("src/a.py", "b c.py"), ("src/a.py", "b c.py", "d.py"))
    assert seen.tokens == count_tokens(text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("where are the prices rounded", ["prices", "rounded"]),
        ("Round_Price round_price", ["round_price"]),
        ("how is it", ["how", "is", "it"]),
        ("??", ["??"]),
    ],
)
def test_words_of_asking_are_not_looked_for(query: str, words: list[str]) -> None:
    assert words_to_grep(query) == words


def test_the_rarest_word_is_read_first_and_no_line_twice(folder: Path) -> None:
    pieces = list(steps(Way.RAREST, folder, HITS, ["price", "round"]))

    assert pieces[0] == Piece("prices.py:50:def round_price(price):\n", None, ("prices.py",))
    assert pieces[1].path == "prices.py"
    assert pieces[1].text.splitlines()[0] == "35\tline 35"
    assert len(pieces[1].text.splitlines()) == 50
    assert pieces[2].text.startswith("cart.py:1:total")
    assert [piece.path for piece in pieces[3:]] == ["cart.py", "mail.py"]


def test_files_with_the_most_words_are_read_first(folder: Path) -> None:
    pieces = list(steps(Way.MOST, folder, HITS, ["price", "round"]))

    assert pieces[0].text == "prices.py:1\ncart.py:1\nmail.py:1\n"
    assert [piece.path for piece in pieces[1:]] == ["prices.py", "cart.py", "mail.py"]


def test_reading_ends_with_the_budget_between_lines() -> None:
    code = "".join(f"{number}\tx = {number}\n" for number in range(1, 50))
    pieces = [
        Piece("a.py:1:x\nb.py:2:y\n", None, ("a.py", "b.py")),
        Piece(code, "a.py", ("a.py",)),
        Piece("1\tz\n", "c.py"),
    ]
    listing = count_tokens(pieces[0].text)

    nothing = read_within(pieces, listing - 1)
    some = read_within(pieces, listing + 20)
    all_of_it = read_within(pieces, 10_000)

    assert (nothing.shown, nothing.named) == ((), ("a.py",))
    assert (some.shown, some.named) == (("a.py",), ("a.py", "b.py"))
    assert listing < some.tokens <= listing + 20
    assert all_of_it.shown == ("a.py", "c.py")


@pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is not installed")
def test_ripgrep_finds_the_lines_with_their_words(folder: Path) -> None:
    program = shutil.which("rg")
    assert program

    hits = grep(Path(program), folder, ["price", "round"])

    assert hits == HITS


def test_figures_are_means_over_queries_by_tool_and_budget() -> None:
    seen = {
        ("ours", 500): [
            (QUERY, Seen(("src/prices.py",), ("src/prices.py", "src/tax.py"), 400)),
            (QUERY, Seen((), (), 200)),
        ]
    }

    assert figures_of(seen) == {
        "queries": 2,
        "by_tool": {"ours": {"500": {"shown": 0.25, "named": 0.5, "tokens": 300}}},
    }
