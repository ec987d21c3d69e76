"""GET /v1/index/facets, and the marks of a code search's results, over the app."""

from __future__ import annotations

import uuid

import pytest

from sql.database import Database
from tests.indexing import index_now, new_project, put_file
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

PYTHON = "def round_price(price):\n    return price\n\n\nclass Cart:\n    items = []\n"


@pytest.fixture
def api(url: str, database: Database) -> Api:
    return make_api(url, database, lambda _: StubEncoder())


def test_languages_and_kinds_of_the_callers_code_are_counted(api: Api) -> None:
    user, other = api.sign_up(), api.sign_up()
    shop = new_project(api.url, user, "shop")
    put_file(api.url, user, "/shop/a.py", PYTHON, shop)
    put_file(api.url, user, "/shop/b.py", PYTHON, shop)
    put_file(api.url, user, "/notes.md", "# Notes\n\nSome.\n")
    put_file(api.url, other, "/c.go", "package c\n\nfunc F() {}\n")
    index_now(api.url, StubEncoder())

    with api.client(token_of(user)) as client:
        everything = client.get("/v1/index/facets").json()
        project = client.get("/v1/index/facets", params={"project_id": str(shop)}).json()
        unknown = client.get("/v1/index/facets", params={"project_id": str(uuid.uuid4())})

    languages = {each["name"]: each["files"] for each in everything["languages"]}
    assert languages == {"python": 2, "markdown": 1}
    assert [each["name"] for each in project["languages"]] == ["python"]
    for facets in (everything, project):
        assert sum(each["chunks"] for each in facets["languages"]) == sum(each["chunks"] for each in facets["kinds"])
        assert facets["kinds"] == sorted(facets["kinds"], key=lambda each: -each["chunks"])
    assert unknown.status_code == 404


def test_where_nothing_is_indexed_there_is_nothing_to_choose(api: Api) -> None:
    with api.client(token_of(api.sign_up())) as client:
        assert client.get("/v1/index/facets").json() == {"languages": [], "kinds": []}


def test_results_tell_where_the_words_stand_when_asked(api: Api) -> None:
    user = api.sign_up()
    put_file(api.url, user, "/a.py", "def round_price(price):\n    return 'ü🙂' + price\n")
    index_now(api.url, StubEncoder())

    with api.client(token_of(user)) as client:
        (plain,) = client.post("/v1/search/code", json={"query": "round price"}).json()["results"]
        (marked,) = client.post("/v1/search/code", json={"query": "round price", "highlight": True}).json()["results"]

    assert plain["matches"] is None
    texts = [marked["content"][each["start"] : each["end"]] for each in marked["matches"]]
    assert texts == ["round_price", "price", "price"]
