"""How text falls into words, and into pieces of words."""

from __future__ import annotations

import pytest

from training.vocabulary import UNKNOWN, build_tokenizer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parseHTTPResponse", ["parse", "http", "response"]),
        ("HTTP_server-name", ["http", "server", "name"]),
        ("utf8::decode(x)", ["utf", "8", "decode", "x"]),
        ("SessionStore.load", ["session", "store", "load"]),
    ],
)
def test_identifiers_fall_into_their_words(text: str, words: list[str]) -> None:
    tokenizer = build_tokenizer(["parse http response server name utf decode session store load x 8"] * 5, 400)

    assert tokenizer.encode(text, add_special_tokens=False).tokens == words


def test_a_word_that_was_never_seen_is_spelt() -> None:
    tokenizer = build_tokenizer(["load session"] * 5, 200)

    pieces = tokenizer.encode("sessionz qx9", add_special_tokens=False).tokens

    assert UNKNOWN not in pieces
    assert "".join(piece.removeprefix("##") for piece in pieces) == "sessionzqx9"


def test_the_size_is_kept_and_the_unknown_is_a_token() -> None:
    tokenizer = build_tokenizer(["load session store many words of all kinds are here"] * 5, 100)

    assert tokenizer.get_vocab_size() <= 100
    assert tokenizer.token_to_id(UNKNOWN) == 0
