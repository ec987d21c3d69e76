"""POST /v1/search/code by intention: names, paths, phrases, expressions, typing errors, other languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.encoder import load_encoder
from search_api.code_search import Mode
from sql.database import Database
from tests.indexing import index_now, put_file
from tests.search_api.api import make_api, token_of

FILES = {
    "/shop/auth/tokens.py": (
        "import secrets\n\n\ndef make_token(user):\n"
        "    # \u0442\u043e\u043a\u0435\u043d \u0434\u043b\u044f \u0432\u0445\u043e\u0434\u0430\n"
        "    return secrets.token_urlsafe(32)\n"
    ),
    "/shop/auth/views.py": (
        "from tokens import make_token\n\n\ndef sign_in(user):\n    make_token(user)\n    make_token(user)\n"
        "    return make_token(user)\n"
    ),
    "/shop/tests/test_tokens.py": "def test_make_token():\n    assert make_token('ann') != make_token('bob')\n",
    "/shop/cli/up.py": "def start():\n    print('no such file: it is not there')\n",
    "/shop/cli/update.py": "def fetch_release():\n    raise SystemExit\n",
    "/shop/errors.py": (
        "class SoldOutError(Exception):\n    pass\n\n\nclass NoSuchProductError(Exception):\n    pass\n\n\n"
        "class UnpaidError(Exception):\n    pass\n"
    ),
    "/shop/prices.py": (
        "def round_price(price):\n    # \u56db\u820d\u4e94\u5165\u5230\u5206\n    return round(price, 2)\n"
    ),
    "/shop/words.py": "GREETINGS = {'ar': '\u0645\u0631\u062d\u0628\u0627', 'de': 'sch\u00f6nen Tag'}\n",
}


@dataclass(frozen=True)
class Asker:
    client: TestClient

    def ask(self, query: str, **more: Any) -> Any:
        reply = self.client.post("/v1/search/code", json={"query": query, "explain": True, **more})
        return reply.json() if reply.status_code == 200 else (reply.status_code, reply.json())

    def paths(self, query: str, **more: Any) -> list[str]:
        return list(dict.fromkeys(result["path"] for result in self.ask(query, **more)["results"]))


@pytest.fixture(scope="module")
def asker(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Asker]:
    encoder = load_encoder()
    with clone() as url, Database(url, max_size=2) as database:
        api = make_api(url, database, lambda _: encoder)
        user_id = api.sign_up()
        for path, content in FILES.items():
            put_file(url, user_id, path, content)
        index_now(url, encoder)
        with api.client(token_of(user_id)) as client:
            yield Asker(client)


@pytest.mark.parametrize("query", ["make_token", "def make_token", "make_token()", "start"])
def test_the_definition_of_a_name_comes_first_and_then_its_uses(asker: Asker, query: str) -> None:
    results = asker.ask(query)["results"]

    wanted = "/shop/cli/up.py" if query == "start" else "/shop/auth/tokens.py"
    assert results[0]["path"] == wanted
    assert results[0]["scores"]["named_exactly"] > 0
    if query != "start":
        assert {result["path"] for result in results[1:3]} == {"/shop/auth/views.py", "/shop/tests/test_tokens.py"}


@pytest.mark.parametrize(
    ("query", "asked_name"),
    [("UnpaidError", "UnpaidError"), ("class UnpaidError", "UnpaidError"), ("NoSuchProductError", None)],
)
def test_of_several_definitions_in_a_result_the_asked_one_is_told(
    asker: Asker, query: str, asked_name: str | None
) -> None:
    result = next(each for each in asker.ask(query)["results"] if each["path"] == "/shop/errors.py")

    assert (result["symbol"], result["asked_name"]) == ("NoSuchProductError", asked_name)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("/shop/cli/up.py", "/shop/cli/up.py"),
        ("cli/up", "/shop/cli/up.py"),
        ("Tokens.py", "/shop/auth/tokens.py"),
        ("shop/words.py:1", "/shop/words.py"),
        ("cli/", "/shop/cli/up.py"),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_a_path_finds_its_file_in_every_mode(asker: Asker, query: str, path: str, mode: Mode) -> None:
    result = asker.ask(query, mode=mode.value)["results"][0]

    assert (result["path"], result["start_line"]) == (path, 1)
    assert result["scores"]["path"] > 0


@pytest.mark.parametrize("mode", Mode)
def test_a_phrase_is_in_all_that_is_found(asker: Asker, mode: Mode) -> None:
    assert asker.paths('"return make_token"', mode=mode.value) == ["/shop/auth/views.py"]
    assert asker.paths("\u201creturn make_token\u201d", mode=mode.value) == ["/shop/auth/views.py"]
    assert asker.paths('"Return make_token"', mode=mode.value) == []
    (result,) = asker.ask('user "return make_token"', mode=mode.value)["results"]
    assert result["matched_lines"] == [7]
    assert result["scores"]["phrase"] > 0


def test_the_words_beside_a_phrase_rank_what_holds_it(asker: Asker) -> None:
    assert asker.paths('sign in "make_token"')[0] == "/shop/auth/views.py"
    assert asker.paths('test "make_token"')[0] == "/shop/tests/test_tokens.py"
    assert set(asker.paths('test "make_token"')) == {path for path, text in FILES.items() if "make_token" in text}


@pytest.mark.parametrize("mode", Mode)
def test_an_expression_is_matched_by_all_that_is_found(asker: Asker, mode: Mode) -> None:
    assert asker.paths(r"/^def \w+_token\(/", mode=mode.value) == [
        "/shop/auth/tokens.py",
        "/shop/tests/test_tokens.py",
    ]
    assert asker.paths(r"/SYSTEMEXIT$/i", mode=mode.value) == ["/shop/cli/update.py"]
    (result,) = asker.ask(r"/^\s+(?:return )?make_token\(/", mode=mode.value)["results"]
    assert result["matched_lines"] == [5, 6, 7]
    assert result["scores"]["pattern"] > 0


def test_an_expression_without_a_letter_is_matched_too(asker: Asker) -> None:
    assert asker.paths(r"/\d{2}/") == ["/shop/auth/tokens.py"]


def test_plain_queries_tell_no_lines(asker: Asker) -> None:
    assert {result["matched_lines"] for result in asker.ask("token")["results"]} == {None}


@pytest.mark.parametrize("query", [r"/def \w+(/", "/[a-/", "/a{9999}/"])
def test_an_expression_that_is_none_is_answered_with_422_and_a_hint(asker: Asker, query: str) -> None:
    status, problem = asker.ask(query)

    assert (status, problem["code"]) == (422, "invalid_request")
    assert "regular expression" in problem["detail"]
    assert "backslash" in problem["hint"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("make_tokne", "/shop/auth/tokens.py"),
        ("mkae_token", "/shop/auth/tokens.py"),
        ("round_prcie", "/shop/prices.py"),
        ("where is the relaese fetched", "/shop/cli/update.py"),
    ],
)
def test_a_misspelt_name_finds_what_was_meant(asker: Asker, query: str, path: str) -> None:
    assert asker.paths(query)[0] == path


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("\u0442\u043e\u043a\u0435\u043d \u0434\u043b\u044f \u0432\u0445\u043e\u0434\u0430", "/shop/auth/tokens.py"),
        ("\u4ef7\u683c\u600e\u4e48\u56db\u820d\u4e94\u5165\uff1f", "/shop/prices.py"),
        ("\u0645\u0631\u062d\u0628\u0627", "/shop/words.py"),
        ("Wo w\u00fcnscht man einen sch\u00f6nen Tag?", "/shop/words.py"),
        ("wie wird round_price berechnet", "/shop/prices.py"),
        ('"\u56db\u820d\u4e94\u5165"', "/shop/prices.py"),
        ("\u300c\u56db\u820d\u4e94\u5165\u300d", "/shop/prices.py"),
        ("/sch\u00d6nen/i", "/shop/words.py"),
    ],
)
@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.FULLTEXT])
def test_other_languages_find_what_is_written_in_them(asker: Asker, query: str, path: str, mode: Mode) -> None:
    assert asker.paths(query, mode=mode.value)[0] == path
