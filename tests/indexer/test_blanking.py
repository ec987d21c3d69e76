"""What is hidden from a grammar moves nothing: every byte and line stays where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.blanking import blank_heredocs, blank_macro_lines, hide_wide_characters, replace_surrogates
from indexer.languages import LANGUAGES
from indexer.parsing import parse_source

Blank = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("blank", "source", "shown"),
    [
        (blank_macro_lines, "LIB_BEGIN\nint f();\n", "         \nint f();\n"),
        (
            blank_macro_lines,
            "  Q_OBJECT \nLIB_API(3)\nLIB_API(int) f();\n",
            "           \n          \nLIB_API(int) f();\n",
        ),
        (blank_macro_lines, "ABC\nRed\nA_B;\n", "ABC\nRed\nA_B;\n"),
        (hide_wide_characters, 'echo "${é} 😀 漢"\n', 'echo "${é} ____ ___"\n'),
        (blank_heredocs, 'f(<<"A", <<~B);\nx }\nA\n}\n  B\ng();\n', "f(     ,     );\n   \n \n \n   \ng();\n"),
        (blank_heredocs, "f(<<NEVER);\ng();\n", "f(       );\ng();\n"),
        (blank_heredocs, "$x = 1 << 2;\n", "$x = 1     ;\n"),
        (replace_surrogates, "a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        (replace_surrogates, "\ud7ff\ue000", "\ud7ff\ue000"),
    ],
)
def test_only_what_a_grammar_trips_over_is_hidden(blank: Blank, source: str, shown: str) -> None:
    assert blank(source.encode("utf-8", "surrogatepass")).decode() == shown


@pytest.mark.parametrize("blank", [blank_heredocs, blank_macro_lines, hide_wide_characters, replace_surrogates])
@given(text=st.text() | st.text("AB_<() \r\n\t😀\ud800é"))
def test_nothing_moves(blank: Blank, text: str) -> None:
    source = text.encode("utf-8", "surrogatepass")

    shown = blank(source)

    assert len(shown) == len(source)
    assert [byte for byte in shown if byte in b"\r\n"] == [byte for byte in source if byte in b"\r\n"]
    assert all(shown.find(newline) == source.find(newline) for newline in (b"\r", b"\n"))


def test_a_here_document_that_nothing_ends_does_not_stop_the_parser() -> None:
    perl = next(language for language in LANGUAGES if language.name == "perl")

    parsed = parse_source(perl, b"sub first { 1 }\nprint <<F\n@/", 60)

    assert parsed is not None
    assert [definition.name for definition in parsed.definitions] == ["first"]
