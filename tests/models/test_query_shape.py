from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.query_shape import looks_like_path, looks_like_symbol

SYMBOLS = [
    "foo_bar", "FooBar", "fooBar", "foo()", "foo(a, b)", "a.b.c", "Foo::bar", "a->b", "Session", "HTTP", "utf8",
    "__init__", "def retry", "fn parse", "class Foo", "@app.route", "$scope", "save_all!", "App\\Models\\User",
    "std::vector<int>", "Array#first", "  padded_name  ", "requests.get",
]  # fmt: skip
PATHS = [
    "src/http/client.py", "./lib", "sessions.py", "main.c", "lib/x.c", "C:\\code\\main.c", "jest.config.js", ".env",
    "Makefile", "lib/", "/etc/hosts/", "a/b/c", "docs/Dockerfile", ".gitignore", "CMakeLists.txt",
]  # fmt: skip
NEITHER = [
    "", " ", "/", "session", "retry", "what?", "class hierarchy", "function call", "how are routes registered",
    "read/write", "where is foo_bar defined", "a + b", "?", "x" * 5000, "tests for src/client.py", "(", "\0", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("query", SYMBOLS)
def test_a_name_of_code_is_a_symbol_and_no_path(query: str) -> None:
    assert looks_like_symbol(query)
    assert not looks_like_path(query)


@pytest.mark.parametrize("query", PATHS)
def test_a_file_or_folder_is_a_path_and_no_symbol(query: str) -> None:
    assert looks_like_path(query)
    assert not looks_like_symbol(query)


@pytest.mark.parametrize("query", NEITHER)
def test_words_and_sentences_are_neither(query: str) -> None:
    assert not looks_like_symbol(query)
    assert not looks_like_path(query)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_query_is_both(query: str) -> None:
    assert not (looks_like_symbol(query) and looks_like_path(query))
