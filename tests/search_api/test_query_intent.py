"""What a query means to be answered by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query_intent import QueryIntent, read_intent


@pytest.mark.parametrize(
    "query",
    [
        "where are prices rounded",
        "",
        '"',
        '""',
        '"," "}"',
        "Wo wird der Preis gerundet?",
        "don't stop at 'single quotes'",
        # Quotes and slashes inside of code, comments, folders and routes are what they are.
        'get("key")',
        'd["a"] = "b',
        "/* a comment */",
        "// a comment /",
        "what /users/ answers",
        "from /etc/ to /var/",
        "/ /",
        "//",
        "a / b / c",
    ],
)
def test_plain_words_stay_as_they_are(query: str) -> None:
    assert read_intent(query) == QueryIntent(query)


@pytest.mark.parametrize(
    ("query", "phrases", "text"),
    [
        ('"exact words"', ("exact words",), "exact words"),
        ('retry "Connection refused"', ("Connection refused",), "retry"),
        ('"a b" and "c  d", "a b"', ("a b", "c  d"), "and ,"),
        ("\u201cexact words\u201d", ("exact words",), "exact words"),
        ("\u201eexact words\u201c", ("exact words",), "exact words"),
        ("\u00abexact words\u00bb", ("exact words",), "exact words"),
        ("\u300c\u691c\u7d22\u300d", ("\u691c\u7d22",), "\u691c\u7d22"),
        (r'"say \"no\" twice"', ('say "no" twice',), 'say "no" twice'),
    ],
)
def test_what_is_quoted_is_a_phrase_and_the_rest_ranks(query: str, phrases: tuple[str, ...], text: str) -> None:
    read = read_intent(query)

    assert (read.phrases, read.text) == (phrases, text)
    assert read.is_exact


@pytest.mark.parametrize(
    ("query", "expression", "text"),
    [
        (r"/def \w+_token\(/", r"(?n)def \w+_token\(", "def token"),
        ("/usr/", "(?n)usr", "usr"),
        ("/Foo|Bar/i", "(?in)Foo|Bar", ""),
        (r"/https?:\/\/x/", r"(?n)https?:\/\/x", "http"),
        (r"/a+/b\d/", r"(?n)a+/b\d", ""),
        (r"sign in /get_\w+\(/ please", r"(?n)get_\w+\(", "sign in please"),
    ],
)
def test_what_stands_between_slashes_is_an_expression(query: str, expression: str, text: str) -> None:
    read = read_intent(query)

    assert (read.expression, read.text) == (expression, text)


def test_an_expression_and_phrases_go_together() -> None:
    read = read_intent(r'auth /get_\w+\(/ "user id"')

    assert (read.phrases, read.expression) == (("user id",), r"(?n)get_\w+\(")
    assert read.fragments == ("user", "get")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("search_api/Ranking.py", "search_api/ranking.py"),
        ("ranking.py", "ranking.py"),
        ("ranking.py:12:3", "ranking.py"),
        ("cli/up", "cli/up"),
        ("./lib/x/", "lib/x"),
        ("../a/b.c", "a/b.c"),
        ("~/code/main.c", "code/main.c"),
        ("C:\\code\\main.c", "code/main.c"),
        ("/etc/hosts/", "etc/hosts"),
        ("/open", "open"),
    ],
)
def test_a_path_is_read_without_what_leads_up_to_it(query: str, path: str) -> None:
    assert read_intent(query) == QueryIntent(query, path=path)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("read_intent", "read_intent"),
        ("session", "session"),
        ("def retry", "retry"),
        ("Session.send(request)", "Session.send"),
        ("std::move", "std.move"),
        ("  Store#save! ", "Store.save!"),
    ],
)
def test_a_name_is_read_with_dots(query: str, name: str) -> None:
    assert read_intent(query) == QueryIntent(query, name=name)


@given(st.text(alphabet='"/\\[]()*+?{}|ai. \n:^$\u201c\u201d\u201e', max_size=60) | st.text(max_size=200))
def test_no_query_raises_and_a_plain_one_is_not_changed(query: str) -> None:
    read = read_intent(query)

    assert read.is_exact or read.text == query
    assert not (read.is_exact and (read.path or read.name))


@pytest.mark.parametrize("piece", ["[a]", "[[:a:]", '"a', "/a ", "\\", "(?i)", "../"])
def test_long_queries_of_signs_are_read_in_linear_steps(piece: str) -> None:
    """One that backtracks without end would not come back; the runner's own limit says so."""
    for query in ("/" + piece * 2000, "/" + piece * 2000 + "/", piece * 2000):
        read_intent(query)
