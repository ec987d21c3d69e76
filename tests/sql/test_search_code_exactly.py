"""Phrases, expressions, paths and names: what is found by them, in whose code, and that nothing that fits is missed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from indexer.lexical import MOST_TERMS
from models.caller import user
from models.errors import InvalidRequestError, NotFoundError
from search_api.query_intent import read_intent
from sql import search
from sql.database import Connection
from sql.search import CandidateQuery, Fuzzy, ask_winners, find_candidates
from tests.conftest import become, refusal
from tests.indexing import ask, index_now, new_project, new_user, put_file
from tests.stubs import StubEncoder
from tests.tenants import projects_of

TOKENS = '''def make_token(user):
    """Sign who it is."""
    return sign(user)


def read_token(text):
    raise ValueError("The token is not valid")
'''
# One identifier that the lexicon cuts, and a file of so many words that a chunk cannot keep them all.
LONG_NAME = "test_that_the_service_" + "goes_on_and_" * 6 + "answers_quaggas"
FILES = {
    "/shop/auth/tokens.py": TOKENS,
    "/shop/auth/users.py": "from tokens import make_token\n\n\ndef sign_in(user):\n    return make_token(user)\n",
    "/shop/cli/up.py": "def start():\n    pass\n",
    "/shop/cli/update.py": "def fetch():\n    pass\n",
    "/shop/empty/nothing.py": "x = 1\n",
    "/shop/tests/long.py": f"def {LONG_NAME}():\n    pass\n",
    "/shop/words.txt": " ".join(f"w{number}" for number in range(MOST_TERMS)) + " oddly_placed end\n",
}


@dataclass(frozen=True)
class Code:
    """The same files of two users, and a project of the first beside them."""

    url: str
    model: int
    alice: UUID
    bob: UUID
    project: UUID

    def find(self, query: str, who: UUID | None = None, **change: Any) -> list[str]:
        """Paths of the chunks that a query's intent alone finds."""
        with psycopg.connect(self.url) as connection:
            become(connection, user(who or self.alice))
            candidates = find_candidates(connection, replace(self.asking(query), **change)).candidates
            return sorted(each.path for each in candidates)

    def asking(self, query: str) -> CandidateQuery:
        read = read_intent(query)
        return CandidateQuery(
            model_id=self.model,
            project_id=None,
            vector=None,
            terms=None,
            fuzzy=Fuzzy.NEVER,
            languages=None,
            kinds=None,
            pattern=None,
            most=50,
            phrases=read.phrases,
            expression=read.expression,
            fragments=read.fragments,
            path=read.path,
            name=read.name,
        )


@pytest.fixture(scope="module")
def code(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Code]:
    with clone() as url:
        alice, bob = new_user(url), new_user(url)
        for owner in (alice, bob):
            for path, content in FILES.items():
                put_file(url, owner, path, content)
        project = new_project(url, alice)
        put_file(url, alice, "/other/tokens.py", TOKENS.replace("valid", "right"), project)
        index_now(url, StubEncoder())
        model = ask(url, "select id from embedding_models where active")[0][0]
        yield Code(url, model, alice, bob, project)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"The token is not valid"', ["/shop/auth/tokens.py"]),
        ('"the token is not valid"', []),
        ('"import make_token"', ["/shop/auth/users.py"]),
        ('"en(user):" "Sign who"', ["/other/tokens.py", "/shop/auth/tokens.py"]),
        ('"no such words anywhere"', []),
        ('"ers_quag"', ["/shop/tests/long.py"]),
        ('"oddly_placed"', ["/shop/words.txt"]),
        ('"100%"', []),
        (r"/def \w+_token\(text/", ["/other/tokens.py", "/shop/auth/tokens.py"]),
        (r"/^def start\(\):$/", ["/shop/cli/up.py"]),
        (r"/DEF START/", []),
        (r"/DEF START/i", ["/shop/cli/up.py"]),
        (r"/\bstart\b/", ["/shop/cli/up.py"]),
        (r"/\btart\b/", []),
        (r"/start.*pass/", []),
        (r"/start\(\):\s+pass/", ["/shop/cli/up.py"]),
        (r"/(quagg|zebr)as/", ["/shop/tests/long.py"]),
        (r"/oddly_\w+ end/", ["/shop/words.txt"]),
        ('/token/ "is not valid"', ["/shop/auth/tokens.py"]),
        ("cli/up", ["/shop/cli/up.py", "/shop/cli/update.py"]),
        ("Nothing.py", ["/shop/empty/nothing.py"]),
        ("shop/auth/tokens.py", ["/shop/auth/tokens.py"]),
        ("/home/me/shop/cli/up.py", ["/shop/cli/up.py"]),
        ("hing.py", []),
        ("sign_in", ["/shop/auth/users.py"]),
        ("Sign_In", []),
    ],
)
def test_what_is_asked_for_exactly_is_found_and_nothing_else(code: Code, query: str, found: list[str]) -> None:
    assert code.find(query) == found


@pytest.mark.parametrize("query", ['"The token"', "/def read_token/", "auth/tokens.py", "read_token"])
def test_only_the_callers_code_is_looked_into(code: Code, query: str) -> None:
    assert code.find(query, code.bob)
    assert {path.split("/")[1] for path in code.find(query, code.bob)} == {"shop"}
    assert code.find(query, new_user(code.url)) == []


@pytest.mark.parametrize("query", ['"The token"', "/def read_token/", "tokens.py", "read_token"])
def test_scope_and_filters_hold(code: Code, query: str) -> None:
    assert set(code.find(query, project_id=code.project)) == {"/other/tokens.py"}
    assert set(code.find(query, pattern="^/shop/")) == {"/shop/auth/tokens.py"}
    assert code.find(query, languages=("go",)) == []
    assert code.find(query, kinds=("class",)) == []


@pytest.mark.parametrize("query", ['"The token"', "/def read_token/", "tokens.py", "read_token"])
def test_a_deleted_project_is_left_out(code: Code, query: str) -> None:
    with psycopg.connect(code.url) as connection:
        connection.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", (code.project,))
        become(connection, user(code.alice))
        found = find_candidates(connection, code.asking(query)).candidates
        assert projects_of(connection, found) == {None}
        with pytest.raises(NotFoundError):
            find_candidates(connection, replace(code.asking(query), project_id=code.project))
        connection.rollback()


@pytest.mark.parametrize("query", ['"The token"', "/def read_token/", "tokens.py", "read_token"])
def test_beyond_the_exact_limit_the_same_is_found(code: Code, query: str) -> None:
    with psycopg.connect(code.url) as connection:
        connection.execute("select set_config('codingit.exact_limit', '1', true)")
        become(connection, user(code.alice))
        found = find_candidates(connection, code.asking(query)).candidates
    assert sorted(each.path for each in found) == code.find(query)


@pytest.mark.parametrize("body", ["(", "[a", "a**", r"\1", "a{2,1}", "((a{100}){100}){100}"])
def test_an_expression_that_is_none_is_refused_with_what_is_wrong(code: Code, body: str) -> None:
    with pytest.raises(InvalidRequestError, match="regular expression") as refused:
        code.find("x", expression=f"(?n){body}", name=None)
    assert "backslash" in refused.value.hint


def test_an_expression_is_refused_where_nothing_would_be_looked_into(code: Code) -> None:
    with pytest.raises(InvalidRequestError):
        code.find("/(/", new_user(code.url))


@pytest.mark.parametrize(("query", "what"), [("/x=/", "expression"), ('"x ="', "phrase")])
def test_what_takes_too_long_is_refused_and_the_connection_goes_on(
    code: Code, query: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scope that another transaction has locked stands for one that is too large."""
    monkeypatch.setattr(search, "EXPRESSION_MS", 50)
    with psycopg.connect(code.url) as holding, psycopg.connect(code.url) as connection:
        holding.execute("lock table code_embeddings in access exclusive mode")
        become(connection, user(code.alice))
        with pytest.raises(InvalidRequestError, match=f"the {what} took too long") as refused:
            find_candidates(connection, code.asking(query))
        assert "project_id" in refused.value.hint
        connection.rollback()
        assert connection.execute("show statement_timeout").fetchone() == ("0",)


def test_winners_tell_the_lines_on_which_matches_begin(code: Code) -> None:
    with psycopg.connect(code.url) as connection:
        become(connection, user(code.alice))
        found = find_candidates(connection, code.asking("shop/auth/tokens.py")).candidates
        winners = ask_winners(connection, [each.id for each in found], None, r"(?n)token|\)$")()
        plain = ask_winners(connection, [each.id for each in found], None)()
    assert [winners[each.id].matched_lines for each in found] == [[1, 3, 6, 7]]
    assert {winner.matched_lines for winner in plain.values()} == {None}


def test_a_list_of_names_longer_than_a_page_is_kept(code: Code) -> None:
    names = [f"{number}_{uuid.uuid4()}" for number in range(2_000)]
    with psycopg.connect(code.url) as connection:
        connection.execute(
            "update code_embeddings set defines = %s where user_id = %s and path like '%%/nothing.py'",
            (names, code.bob),
        )
        become(connection, user(code.bob))
        found = find_candidates(connection, code.asking("shop/empty/nothing.py")).candidates
        connection.rollback()
    assert [each.defines for each in found] == [names]


@pytest.mark.parametrize(
    "call",
    [
        "codingit.terms_holding(%s, 1::smallint, null, '{abc}')",
        "codingit.code_holding(%s, 1::smallint, null, '{}', null, null, null, '{a}', null, null, 9)",
        "codingit.code_named(%s, 1::smallint, null, '{}', null, null, null, 'a', null, 9)",
    ],
)
def test_what_takes_a_caller_as_an_argument_is_closed(connection: Connection, call: str) -> None:
    assert refusal(connection, user(uuid.uuid4()), f"select {call}", uuid.uuid4()) == "42501"
