"""Approximate indexes come and go with the size of a user's code, and searches never meet half of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from indexer.approximate import NEIGHBOURS, SAMPLED_QUERIES, Maintained, Thresholds, lists_for, maintain_indexes
from sql import approximate
from tests.indexing import ask, execute
from tests.tenants import DIMENSIONS, Tenant, add_chunks, make_generation, put_tenant

CHUNKS = 1_600
LIMITS = Thresholds(build=1_500, drop=600)


@pytest.fixture
def model(url: str) -> int:
    with psycopg.connect(url) as connection:
        return make_generation(connection)


def maintain(url: str, model: int, thresholds: Thresholds = LIMITS) -> Maintained:
    return maintain_indexes(url, model_id=model, dimensions=DIMENSIONS, thresholds=thresholds)


def grow(url: str, model: int, tenant: Tenant, count: int, seed: int) -> None:
    with psycopg.connect(url) as connection:
        add_chunks(connection, model, tenant, count, seed)


def built_indexes(url: str) -> set[tuple[str, bool]]:
    """Name and validity of each index of ours that exists, whether searches use it or not."""
    return set(
        ask(
            url,
            "select class.relname, index.indisvalid from pg_index as index"
            " join pg_class as class on class.oid = index.indexrelid"
            " where index.indrelid = 'code_embeddings'::regclass and class.relname like 'code\\_ann\\_%'",
        )
    )


def used_index(url: str, user_id: UUID) -> str | None:
    rows = ask(url, "select name from code_ann_indexes where user_id = %s", user_id)
    return rows[0][0] if rows else None


@pytest.mark.parametrize(("rows", "lists"), [(0, 10), (99, 10), (10_000, 100), (50_000, 224), (1_000_000, 1_000)])
def test_there_are_as_many_lists_as_rows_in_a_list(rows: int, lists: int) -> None:
    assert lists_for(rows) == lists


def test_an_index_is_made_when_there_is_enough_to_train_it_on(url: str, model: int) -> None:
    small, large = put_tenant(url, model, 500), put_tenant(url, model, 1_400)

    assert maintain(url, model) == Maintained()
    assert built_indexes(url) == set()
    grow(url, model, large, 200, seed=2)
    made = maintain(url, model)

    name = used_index(url, large.user_id)
    assert made.built == (name,)
    assert built_indexes(url) == {(name, True), (f"{name}_words", True)}
    assert used_index(url, small.user_id) is None


def test_the_lists_of_an_index_come_from_the_number_of_rows(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)

    name = used_index(url, tenant.user_id)
    recorded = ask(url, "select lists, rows_at_build from code_ann_indexes where name = %s", name)
    assert recorded == [(40, CHUNKS)]
    assert ask(url, "select reloptions from pg_class where relname = %s", name) == [(["lists=40"],)]


def test_an_index_holds_the_rows_of_its_user_and_generation_alone(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)

    name = used_index(url, tenant.user_id)
    rows = ask(url, "select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = %s::regclass", name)
    assert rows == [(f"((user_id = '{tenant.user_id}'::uuid) AND (model_id = {model}))",)]


def recall_at(url: str, model: int, tenant: Tenant, probes: int) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        hits = 0
        queries = approximate.sample_vectors(connection, model, tenant.user_id, SAMPLED_QUERIES)
        for vector in queries:
            truth = approximate.exact_neighbours(connection, model, tenant.user_id, vector, NEIGHBOURS)
            found = approximate.indexed_neighbours(
                connection,
                model_id=model,
                user_id=tenant.user_id,
                dimensions=DIMENSIONS,
                vector=vector,
                probes=probes,
                most=NEIGHBOURS,
            )
            hits += len(truth & found)
    return hits / (len(queries) * NEIGHBOURS)


def test_probes_are_the_fewest_that_find_the_true_neighbours(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    made = maintain(url, model)

    ((probes, lists, recall),) = ask(url, "select probes, lists, recall::float8 from code_ann_indexes")
    assert recall == pytest.approx(made.recall[tenant.user_id])
    assert recall_at(url, model, tenant, probes) == pytest.approx(recall)
    assert recall >= LIMITS.recall
    assert 1 < probes < lists, "one list or all of them would show nothing"
    assert recall_at(url, model, tenant, 1) < LIMITS.recall
    assert recall_at(url, model, tenant, int(probes / 1.5)) < LIMITS.recall


def test_an_index_stays_until_the_rows_have_outgrown_it(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)
    first = used_index(url, tenant.user_id)
    grow(url, model, tenant, 1_000, seed=2)

    assert maintain(url, model).built == ()
    assert used_index(url, tenant.user_id) == first
    grow(url, model, tenant, 1_000, seed=3)
    made = maintain(url, model)

    second = used_index(url, tenant.user_id)
    assert made.built == (second,)
    assert second != first
    assert ask(url, "select lists, rows_at_build from code_ann_indexes") == [(60, 3_600)]
    assert built_indexes(url) == {(second, True), (f"{second}_words", True)}


@pytest.mark.parametrize("left", [20, 0])
def test_an_index_goes_when_its_user_has_become_small(url: str, model: int, left: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)
    execute(
        url,
        "delete from workspace_files where user_id = %s and id not in"
        " (select id from workspace_files where user_id = %s order by path limit %s)",
        tenant.user_id,
        tenant.user_id,
        left,
    )

    made = maintain(url, model)

    assert made.dropped == 2
    assert used_index(url, tenant.user_id) is None
    assert built_indexes(url) == set()


def test_an_index_goes_with_its_user(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)
    execute(url, "delete from auth.users where id = %s", tenant.user_id)
    maintain(url, model)
    assert built_indexes(url) == set()
    assert ask(url, "select * from code_ann_indexes") == []


def test_the_index_of_a_retired_generation_goes(url: str, model: int) -> None:
    put_tenant(url, model, CHUNKS)
    maintain(url, model)
    with psycopg.connect(url) as connection:
        newer = make_generation(connection)
    execute(url, "update embedding_models set retired_at = now() where id = %s", model)
    assert maintain(url, newer).dropped == 2
    assert built_indexes(url) == set()


def test_two_workers_do_not_both_build(url: str, model: int) -> None:
    put_tenant(url, model, CHUNKS)
    with approximate.maintaining(url) as held:
        assert held is not None
        assert maintain(url, model) == Maintained()
    assert built_indexes(url) == set()

    made: list[Maintained] = []
    workers = [threading.Thread(target=lambda: made.append(maintain(url, model))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(len(each.built) for each in made) == 1
    assert len(built_indexes(url)) == 2


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_build_that_is_cut_short_leaves_nothing_that_searches_use(url: str, model: int) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    failures: list[Exception] = []

    def fail_to_maintain() -> None:
        try:
            maintain(url, model)
        except Exception as error:
            failures.append(error)

    with psycopg.connect(url) as writer:
        # A concurrent build waits for whoever wrote before it, and is cut off there.
        writer.execute("update code_embeddings set content = content where user_id = %s", (tenant.user_id,))
        worker = threading.Thread(target=fail_to_maintain)
        worker.start()
        wait_until(lambda: len(built_indexes(url)) == 1)
        execute(
            url,
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'codingit-maintenance'",
        )
        worker.join()
        writer.rollback()

    assert len(failures) == 1
    ((half, valid),) = built_indexes(url)
    assert not valid
    assert used_index(url, tenant.user_id) is None
    maintain(url, model)
    name = used_index(url, tenant.user_id)
    assert name != half
    assert built_indexes(url) == {(name, True), (f"{name}_words", True)}


def test_an_index_is_not_used_before_both_halves_are_there(
    url: str, model: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = put_tenant(url, model, CHUNKS)

    def fail(*_: object) -> None:
        raise RuntimeError("the worker was killed here")

    monkeypatch.setattr("indexer.approximate._calibrate", fail)
    with pytest.raises(RuntimeError):
        maintain(url, model)
    assert used_index(url, tenant.user_id) is None
    monkeypatch.undo()
    assert maintain(url, model).dropped == 2
    assert len(built_indexes(url)) == 2


@pytest.mark.parametrize(
    ("thresholds", "added", "checked"),
    [
        (LIMITS, 100, False),
        (LIMITS, 400, True),
        (Thresholds(build=1_500, drop=600, check_seconds=0.0), 0, True),
    ],
)
def test_recall_is_compared_with_exact_results_again(
    url: str, model: int, thresholds: Thresholds, added: int, checked: bool
) -> None:
    tenant = put_tenant(url, model, CHUNKS)
    maintain(url, model)
    execute(url, "update code_ann_indexes set recall = 0, probes = 1")
    grow(url, model, tenant, added, seed=2)

    made = maintain(url, model, thresholds)

    assert made.built == ()
    ((recall, probes, rows),) = ask(url, "select recall::float8, probes, rows_at_check from code_ann_indexes")
    if checked:
        assert made.recall == {tenant.user_id: pytest.approx(recall)}
        assert recall >= LIMITS.recall
        assert probes > 1
        assert rows == CHUNKS + added
    else:
        assert (made.recall, recall, probes) == ({}, 0.0, 1)
