"""The cross-encoder that is made to measure what one is worth: what it chooses from, and that it can be named."""

from __future__ import annotations

import random
from pathlib import Path

from models.packaged_model import find_packaged_model
from models.reranker import load_reranker
from tests.stubs import StubEncoder
from training.crossing import QUERIES_A_STEP, WRONG, Choice, learn, make_choices
from training.extracting import Pair


def pair_of(number: int, *, kind: str = "doc", group: int | None = None) -> Pair:
    return Pair(kind, f"thing {number}", f"def thing_{number}(): ...", "shop things", group or number, file=1)


def test_a_query_is_asked_beside_others_of_its_package_that_are_not_right_as_well() -> None:
    pairs = [pair_of(number) for number in range(1, 9)]
    also_right = pair_of(9, kind="test", group=1)

    choices = make_choices([*pairs, also_right], StubEncoder(), 100, random.Random(0))

    assert sorted(choice.query for choice in choices) == sorted(pair.query for pair in pairs)
    of_the_first = next(choice for choice in choices if choice.query == "thing 1")
    assert of_the_first.texts[0] == "shop things\ndef thing_1(): ..."
    assert len(set(of_the_first.texts)) == 1 + WRONG
    assert "shop things\ndef thing_9(): ..." not in of_the_first.texts


def test_a_package_without_enough_others_gives_no_choices() -> None:
    pairs = [pair_of(number) for number in range(1, WRONG + 1)]

    assert make_choices(pairs, StubEncoder(), 100, random.Random(0)) == []


def test_what_was_learned_is_loaded_as_a_reranker_and_tells_right_from_wrong(tmp_path: Path) -> None:
    texts = ("def round_price(): ...", "def send_mail(): ...")
    choices = [Choice("round a price", texts), Choice("tell by mail", texts[::-1])] * (10 * QUERIES_A_STEP)

    learn(choices, find_packaged_model(), threads=1).save_pretrained(str(tmp_path))

    reranker = load_reranker(str(tmp_path))
    for choice in choices[:2]:
        right, wrong = reranker.score(choice.query, choice.texts)
        assert right > wrong
