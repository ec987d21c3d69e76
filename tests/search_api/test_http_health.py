"""Tests of the routes for those who run the service."""

from __future__ import annotations

import pytest

from models.encoder import Encoder
from sql.database import Database
from sql.index import ActiveGeneration
from tests.search_api.api import Api, make_api, token_of
from tests.search_api.test_http_limits import shut, wait_until
from tests.stubs import StubEncoder


@pytest.fixture
def api(url: str, database: Database) -> Api:
    return make_api(url, database)


def add_generation(api: Api) -> None:
    api.execute(
        "insert into embedding_models (name, revision, dimensions, chunker_version, active)"
        " values ('m', '1', 8, 1, true)"
    )


def test_an_empty_service_is_alive_and_ready(api: Api) -> None:
    with api.client() as client:
        alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "database": "ok", "migrations": "ok", "model": "ok"},
    )


def test_a_missing_migration_is_told(api: Api) -> None:
    api.execute("delete from codingit.migrations where version like '0010%%'")

    with api.client() as client:
        reply = client.get("/readyz")

    assert (reply.status_code, reply.json()["migrations"]) == (503, "1 pending")


def test_without_its_database_a_service_is_alive_and_not_ready(url: str) -> None:
    with Database(url, wait_seconds=0.2) as database:
        api = make_api(url, database)
        with api.client() as client, shut(url):
            alive, ready, metrics = client.get("/healthz"), client.get("/readyz"), client.get("/metrics")

    assert (alive.status_code, ready.status_code, metrics.status_code) == (200, 503, 200)
    assert ready.json()["database"] == "unavailable"
    assert "codingit_database_up 0.0" in metrics.text


def test_the_model_is_loaded_beside_the_probes(url: str, database: Database) -> None:
    api = make_api(url, database, load=lambda active: StubEncoder())
    add_generation(api)

    with api.client() as client:
        first = client.get("/readyz")
        became_ready = wait_until(lambda: client.get("/readyz").status_code == 200)

    assert (first.status_code, first.json()["model"]) == (503, "loading")
    assert became_ready


def test_a_model_that_cannot_be_loaded_is_tried_again(url: str, database: Database) -> None:
    tried: list[ActiveGeneration | None] = []

    def load(active: ActiveGeneration | None) -> Encoder:
        tried.append(active)
        raise OSError("no such model")

    api = make_api(url, database, load=load)
    add_generation(api)

    with api.client() as client:
        tried_again = wait_until(lambda: client.get("/readyz").status_code == 503 and len(tried) >= 2)

    assert tried_again


def test_metrics_count_requests_by_the_template_of_their_route(api: Api) -> None:
    with api.client(token_of(api.sign_up())) as client:
        client.get("/v1/files/00000000-0000-4000-8000-000000000000")
        client.get("/v1/nothing/hunter2")
        client.request("HUNTER2", "/v1/files")
        text = client.get("/metrics").text

    assert 'codingit_requests_total{method="GET",route="/v1/files/{file_id}",status="404"} 1.0' in text
    assert 'codingit_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert "hunter2" not in text.lower()


def test_metrics_tell_the_pool_and_the_backlog(api: Api) -> None:
    add_generation(api)
    with api.client(token_of(api.sign_up())) as client:
        files = [{"path": f"/{name}", "content": ""} for name in ("a", "b", "c")]
        client.put("/v1/files", json={"files": files}).raise_for_status()
        api.execute(
            "update code_index_state set error = 'no'"
            " where file_id = (select id from workspace_files where path = '/a')"
        )
        lines = set(client.get("/metrics").text.splitlines())

    assert {"codingit_index_pending_files 2.0", "codingit_index_failed_files 1.0", "codingit_database_up 1.0"} <= lines
    assert any(line.startswith("codingit_pool_size ") for line in lines)


def test_metrics_tell_the_least_recall_of_the_approximate_indexes(api: Api) -> None:
    add_generation(api)
    with api.client() as client:
        assert "codingit_approximate_indexes 0.0" in client.get("/metrics").text
        assert "codingit_approximate_recall" not in client.get("/metrics").text
        for name, recall in (("one", 0.99), ("other", 0.5)):
            api.execute(
                "insert into code_ann_indexes (name, model_id, user_id, lists, probes, rows_at_build, recall)"
                " select %s, id, gen_random_uuid(), 10, 2, 100, %s from embedding_models",
                name,
                recall,
            )
        for name, width, recall in (("one", 600, 0.875), ("not good enough", None, 0.5)):
            api.execute(
                "insert into chat_ann_indexes"
                " (name, model_id, user_id, ef_search, rows_at_build, rows_at_check, recall)"
                " select %s, id, gen_random_uuid(), %s, 100, 100, %s from embedding_models",
                name,
                width,
                recall,
            )
        lines = set(client.get("/metrics").text.splitlines())

    assert {"codingit_approximate_indexes 2.0", "codingit_approximate_recall 0.5"} <= lines
    assert {"codingit_approximate_chat_indexes 1.0", "codingit_approximate_chat_recall 0.875"} <= lines


def test_searches_are_timed(url: str, database: Database) -> None:
    api = make_api(url, database)
    with api.client(token_of(api.sign_up())) as client:
        client.post("/v1/search/code", json={"query": "x"}).raise_for_status()
        text = client.get("/metrics").text

    assert 'codingit_search_stage_seconds_count{stage="code"} 1.0' in text


def test_metrics_can_be_switched_off(url: str, database: Database) -> None:
    with make_api(url, database, metrics_enabled=False).client() as client:
        reply = client.get("/metrics")

    assert reply.status_code == 404


def test_the_docs_list_every_route_and_need_nothing_from_elsewhere(api: Api) -> None:
    with api.client() as client:
        reply = client.get("/docs")
        paths = client.get("/openapi.json").json()["paths"]

    assert reply.status_code == 200
    assert [path for path in paths if path not in reply.text] == []
    assert "http://" not in reply.text.replace("http://127.0.0.1", "")
    assert "https://" not in reply.text
    assert "<script" not in reply.text
