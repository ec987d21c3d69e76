"""What speaks for a file, sign by sign."""

from __future__ import annotations

import pytest

from search_api.evidence import FileEvidence, Sign, weigh_files
from search_api.query_words import read_query
from sql.search import Candidate
from tests.search_api.candidates import candidate


def weigh(query: str, *candidates: Candidate) -> dict[str, FileEvidence]:
    return {file.chunks[0].path: file for file in weigh_files(read_query(query), candidates)}


def test_scores_are_shares_of_the_best() -> None:
    files = weigh("render", candidate("/p/a.py", lexical=4.0, dense=0.5), candidate("/p/b.py", lexical=1.0, dense=0.25))

    assert files["/p/a.py"].signs[Sign.WORDS] == 1.0
    assert files["/p/b.py"].signs[Sign.WORDS] == 0.25
    assert files["/p/b.py"].signs[Sign.MEANING] == 0.5


def test_chunks_of_a_file_support_each_other() -> None:
    files = weigh(
        "render",
        candidate("/p/a.py", lexical=4.0),
        candidate("/p/b.py", lexical=4.0, line=1),
        candidate("/p/b.py", lexical=4.0, line=20),
    )

    assert files["/p/a.py"].signs[Sign.WORDS_OF_FILE] == 0.5
    assert files["/p/b.py"].signs[Sign.WORDS_OF_FILE] == 0.75


def test_the_best_chunk_stands_for_its_file() -> None:
    first = candidate("/p/a.py", lexical=4.0, dense=0.1, line=1)
    second = candidate("/p/a.py", lexical=3.0, dense=0.9, defines=["render"], line=30)

    (file,) = weigh("render", first, second).values()

    assert file.chunks == (second, first)
    assert file.worth[0] > file.worth[1]


def test_defining_a_name_counts_where_the_query_is_that_name() -> None:
    candidates = candidate("/p/a.py", symbol="web.Session"), candidate("/p/b.py", symbol="web.Sessions")

    typed, mentioned = weigh("Session", *candidates), weigh("how a Session is closed", *candidates)

    assert [typed[path].signs[Sign.DEFINITION] for path in ("/p/a.py", "/p/b.py")] == [1.0, 0.0]
    assert mentioned["/p/a.py"].signs[Sign.DEFINITION] == 0.0


def test_a_word_that_names_many_files_says_little_of_one() -> None:
    files = weigh(
        "rotating handler",
        candidate("/p/rotating_handler.py"),
        candidate("/p/stream_handler.py"),
        candidate("/p/mail_handler.py"),
        candidate("/p/rotating.py"),
    )
    said = {path: file.signs[Sign.FILE_NAME_SAID] for path, file in files.items()}

    assert said["/p/rotating_handler.py"] == said["/p/rotating.py"] == 1.0
    assert said["/p/stream_handler.py"] < 0.5


@pytest.mark.parametrize("entry", ["index.js", "__init__.py", "mod.rs"])
def test_a_file_that_stands_for_its_folder_has_its_name(entry: str) -> None:
    files = weigh("defaults", candidate(f"/p/lib/defaults/{entry}"), candidate(f"/p/{entry}"))

    assert files[f"/p/lib/defaults/{entry}"].signs[Sign.FILE_NAME] == 1.0
    # The first folder is the project, which names every file.
    assert files[f"/p/{entry}"].signs[Sign.FILE_NAME] == 0.0


@pytest.mark.parametrize(
    ("query", "role", "told"),
    [
        ("render a page", "test", True),
        ("test of render", "test", False),
        ("render a page", "implementation", False),
        ("render a page", "something new", False),
        ("example of render", "example", False),
        ("render a page", "vendored", True),
    ],
)
def test_a_role_counts_unless_it_is_asked_for(query: str, role: str, told: bool) -> None:
    (file,) = weigh(query, candidate("/p/a.py", role=role)).values()

    assert any(sign.value == role for sign in file.signs) == told


@pytest.mark.parametrize(
    ("path", "query", "former"),
    [
        ("/p/src/v3/types.ts", "error types", True),
        ("/p/src/v4/types.ts", "error types", False),
        ("/p/src/v3/types.ts", "v3 error types", False),
        ("/p/lib/legacy/types.ts", "error types", True),
        ("/p/other/v1/types.ts", "error types", False),
    ],
)
def test_a_version_is_former_beside_a_newer_one(path: str, query: str, former: bool) -> None:
    files = weigh(query, candidate("/p/src/v4/core.ts"), candidate(path))

    assert (Sign.FORMER in files[path].signs) == former


def test_a_half_that_was_not_asked_counts_nothing() -> None:
    files = weigh("render", candidate("/p/a.py", lexical=None, dense=0.4))

    assert files["/p/a.py"].signs[Sign.WORDS] == 0.0
    assert files["/p/a.py"].signs[Sign.MEANING] == 1.0


def test_no_candidates_are_no_files() -> None:
    assert weigh("render") == {}
