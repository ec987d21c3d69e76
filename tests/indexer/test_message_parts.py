"""How a message is cut: parts are in order, end at borders, and together with what is unread are the message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.message_parts import (
    HEAD_PARTS,
    MOST_CHARACTERS,
    OUTPUT_HEAD_PARTS,
    OUTPUT_TAIL_PARTS,
    PART_CHARACTERS,
    TAIL_PARTS,
    CutMessage,
    cut_message,
)

PARAGRAPH = "The deploy failed because the migration held a lock on the orders table for too long. " * 6


def cut(text: str, *, is_output: bool = False) -> CutMessage:
    """As the worker gets the text: both ends of one that is too long."""
    rest = max(0, len(text) - MOST_CHARACTERS)
    tail = text[len(text) - min(MOST_CHARACTERS, rest) :] if rest else ""
    return cut_message(text[:MOST_CHARACTERS], tail, len(text), is_output=is_output)


def test_a_short_message_is_one_part() -> None:
    found = cut("Why does it not start?")

    assert [(part.start, part.end, part.text) for part in found.parts] == [(0, 22, "Why does it not start?")]
    assert (found.unread, found.masked) == (0, 0)


def test_a_message_without_a_word_has_no_part() -> None:
    assert cut(" \n--- ???").parts == ()


def test_a_long_message_is_cut_between_paragraphs() -> None:
    text = "\n\n".join([PARAGRAPH] * 5)

    parts = cut(text).parts

    assert len(parts) > 2
    assert all(text[: part.end].endswith("\n\n") for part in parts[:-1])


def test_of_a_very_long_message_both_ends_are_read_and_the_rest_is_counted() -> None:
    text = "first " + "word and line\n" * 20_000 + " last"

    found = cut(text)

    assert len(found.parts) == HEAD_PARTS + TAIL_PARTS
    assert found.parts[0].text.startswith("first")
    assert found.parts[-1].text.endswith("last")
    assert found.unread == len(text) - sum(part.end - part.start for part in found.parts)


def test_of_output_less_is_read_and_its_end_too() -> None:
    text = "npm run build\n" + "  at Object.<anonymous> (/app/index.js:1:1)\n" * 300 + "ERR! missing script"

    found = cut(text, is_output=True)

    assert len(found.parts) == OUTPUT_HEAD_PARTS + OUTPUT_TAIL_PARTS
    assert found.parts[-1].text.endswith("missing script")


def test_secrets_are_masked_and_counted() -> None:
    found = cut("use ghp_" + "k3Jx9Qw7Lm2Zt5Vb8Nc4Rd6Hf1Gs0Py3Au7E" + " for it")

    assert found.parts[0].text == "use [masked] for it"
    assert (found.parts[0].end, found.masked) == (51, 1)


@given(st.text(alphabet=st.sampled_from("ab \n`é漢"), max_size=400), st.integers(1, 200), st.booleans())
def test_parts_are_in_order_and_hold_what_they_say(piece: str, times: int, is_output: bool) -> None:
    text = piece * times

    found = cut(text, is_output=is_output)

    assert all(text[part.start : part.end] == part.text for part in found.parts)
    assert all(part.end - part.start <= PART_CHARACTERS for part in found.parts)
    places = [place for part in found.parts for place in (part.start, part.end)]
    assert places == sorted(places)
    if not found.unread:
        read = sum(part.end - part.start for part in found.parts)
        assert read <= len(text)
        assert len(found.parts) > 0 or not any(letter.isalpha() for letter in text)
