"""Two tenants and their rows in one transaction, for the tests of a module; each test undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.sql.policies.world import World, build_world


@pytest.fixture(scope="module")
def planted(shared_url: str) -> Iterator[World]:
    with psycopg.connect(shared_url) as connection:
        yield build_world(connection)
        connection.rollback()


@pytest.fixture
def world(planted: World) -> Iterator[World]:
    with planted.connection.transaction(force_rollback=True):
        yield planted
