"""Whatever the text: chunks are in order, are the text exactly, are never too long, and number their lines right."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.chunking import LONGEST, chunk_source
from indexer.languages import LANGUAGES

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())
PATHS = [*(f"a{language.extensions[0]}" for language in LANGUAGES if language.name != "notebook"), "Makefile", "a.none"]
NEWLINES = re.compile("\r\n|\n|\r")

# What trips cutters: every newline, what merely looks like one, halves of characters, and what opens without an end.
AWKWARD = [
    "\r\n", "\r", "\n", "\n\n", "\f", "\v", "\t", "\x85", "\u2028", "\0", "\ud800", "\udfff", "\ufeff", "é", "e\u0301",
    "😀", "👩‍👩‍👧", "שלום", "\u202eمرحبا\u202c", "漢字",
    "{", "}", "(", ")", "[", "]", "<", ">", '"', "'", "`",
    '"""', "/*", "*/", "//", "#", "--", ";", "\\", "$", "@", "def f(x):", "class A {", "end",
    "function f() {", "<script>", "</script>", "```",
    "# T", "x = 1", "if a:", "    ", "return", "<<EOF", "EOF", "#!/bin/sh",
]  # fmt: skip
PIECES = st.lists(st.one_of(st.sampled_from(AWKWARD), st.text(max_size=12)), max_size=60).map("".join)
LONG = st.tuples(PIECES, st.integers(1, 200)).map(lambda each: each[0] * each[1])
UNHURRIED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damaged_samples(draw: st.DrawFn) -> tuple[str, str]:
    """A real file of some language, with something cut out, something put in, and newlines of another system."""
    path = draw(st.sampled_from(SAMPLES))
    text = path.read_text() * draw(st.integers(1, 12))
    first, second = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return path.name, (text[:first] + draw(PIECES) + text[second:]).replace("\n", newline)


def assert_invariants(path: str, text: str) -> None:
    chunks = chunk_source(path, text)

    assert "".join(chunk.content for chunk in chunks) == text
    assert all(0 < len(chunk.content) <= LONGEST for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    starts = [0, *(newline.end() for newline in NEWLINES.finditer(text))]
    position = 0
    for chunk in chunks:
        assert chunk.start_line == bisect_right(starts, position)
        position += len(chunk.content)
        assert chunk.end_line == bisect_right(starts, position - 1)
    assert all(first.end_line <= second.start_line for first, second in pairwise(chunks))


@given(path=st.sampled_from(PATHS), text=PIECES)
@UNHURRIED
def test_any_text_in_any_language_is_cut_into_itself(path: str, text: str) -> None:
    assert_invariants(path, text)


@given(path=st.sampled_from(PATHS), text=LONG)
@UNHURRIED
def test_long_texts_are_cut_into_themselves(path: str, text: str) -> None:
    assert_invariants(path, text)


@given(sample=damaged_samples())
@UNHURRIED
def test_damaged_files_of_every_language_are_cut_into_themselves(sample: tuple[str, str]) -> None:
    assert_invariants(*sample)


@given(text=PIECES)
@UNHURRIED
def test_any_text_that_calls_itself_a_notebook_is_cut(text: str) -> None:
    assert "".join(chunk.content for chunk in chunk_source("a.ipynb", text)) == text


@given(cells=st.lists(PIECES, max_size=8))
@UNHURRIED
def test_a_notebook_is_cut_into_its_cells(cells: list[str]) -> None:
    content = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})

    chunks = chunk_source("a.ipynb", content)

    # Two halves of a character that stand side by side are one when they have been through JSON.
    written = [cell["source"] for cell in json.loads(content)["cells"]]
    kept = [cell.rstrip("\n") + "\n\n" for cell in written if cell.strip()]
    assert "".join(chunk.content for chunk in chunks) == "".join(kept)
    assert all(first.end_line <= second.start_line for first, second in pairwise(chunks))


@given(path=st.sampled_from(PATHS), text=PIECES)
@UNHURRIED
def test_the_same_text_is_always_cut_the_same_way(path: str, text: str) -> None:
    assert chunk_source(path, text) == chunk_source(path, text)
