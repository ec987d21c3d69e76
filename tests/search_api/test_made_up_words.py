"""Words that nothing has and no model knows: in code, chats and tasks alike they find nothing, and not the nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from models.encoder import load_encoder
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, put_file
from tests.search_api.api import make_api, token_of

CODE = "def round_price(amount):\n    # where the invoice is made\n    return amount.quantize(CENT)\n"
SAID = "Totals of invoices differ by one cent from what the shop shows."


@pytest.fixture(scope="module")
def client(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[TestClient]:
    """As a user with one of each kind, which are about the same, and a file of a name that means nothing."""
    model = load_encoder()
    with clone() as url, Database(url) as database:
        api = make_api(url, database, lambda _: model)
        user_id = api.sign_up()
        project = new_project(url, user_id, "shop")
        put_file(url, user_id, "/shop/prices.py", CODE, project)
        put_file(url, user_id, "/shop/vbqx/zzkp.py", "def qqx(a):\n    return a\n", project)
        with psycopg.connect(url) as connection:
            say(connection, new_session(connection, user_id, "Totals"), SAID)
            connection.execute("insert into tasks (user_id, prompt) values (%s, %s)", (user_id, SAID))
        index_now(url, model)
        with api.client(token_of(user_id)) as client:
            yield client


def kinds_of(client: TestClient, query: str) -> set[str]:
    """Which kinds the one list has results of."""
    reply = client.post("/v1/search", json={"query": query})
    assert reply.status_code == 200, reply.text
    return {each["type"] for each in reply.json()["results"]}


def found_code(client: TestClient, query: str, **more: Any) -> list[str]:
    reply = client.post("/v1/search/code", json={"query": query, **more})
    assert reply.status_code == 200, reply.text
    return [each["path"] for each in reply.json()["results"]]


@pytest.mark.parametrize("query", ["qwxzvb plorf", "qwxzvb", "where is the qwxzvb", "qwxzvb()", "???"])
def test_words_that_nothing_has_and_nobody_knows_find_nothing_of_any_kind(client: TestClient, query: str) -> None:
    assert kinds_of(client, query) == set()
    assert found_code(client, query) == []


@pytest.mark.parametrize("query", ["why is the total of an invoice wrong", "qwxzvb invoices"])
def test_a_word_that_is_known_finds_all_kinds(client: TestClient, query: str) -> None:
    assert kinds_of(client, query) == {"code", "chat", "task"}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("raund_prise", "/shop/prices.py"),
        ("qqx", "/shop/vbqx/zzkp.py"),
        ("zzk", "/shop/vbqx/zzkp.py"),
        ("vbqx/zz", "/shop/vbqx/zzkp.py"),
        ("qwxzvb qqx", "/shop/vbqx/zzkp.py"),
        ("where is qqx", "/shop/vbqx/zzkp.py"),
    ],
)
def test_what_the_code_has_is_found_though_the_model_does_not_know_it(
    client: TestClient, query: str, path: str
) -> None:
    assert found_code(client, query)[0] == path


def test_who_asks_by_meaning_gets_the_nearest(client: TestClient) -> None:
    assert found_code(client, "qwxzvb plorf", mode="vector")


def test_words_of_a_question_alone_are_looked_for(client: TestClient) -> None:
    assert found_code(client, "where is")[0] == "/shop/prices.py"


def test_the_one_list_tells_which_words_it_took_for_others(client: TestClient) -> None:
    reply = client.post("/v1/search", json={"query": "roun_price"}).json()

    assert set(reply["widened"]["roun_price"]) == {"round_price"}
    assert client.post("/v1/search", json={"query": "roun_price", "types": ["chat"]}).json()["widened"] == {}
