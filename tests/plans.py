"""Which indexes the database asks for a call, read from the plans of everything that runs below it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from sql.database import Connection
from tests.conftest import become


def index_conditions(connection: Connection, run: Callable[[], object]) -> set[tuple[str, str]]:
    """Name and condition of every index scan that a call runs, those of statements inside functions too."""
    seen: list[str] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        seen.append(notice.message_primary or "")

    connection.execute("load 'auto_explain'")
    for name, value in {
        "log_min_duration": "0",
        "log_nested_statements": "on",
        "log_analyze": "on",
        "log_format": "json",
    }.items():
        connection.execute("select set_config('auto_explain.' || %s, %s, true)", (name, value))
    connection.execute("set local auto_explain.log_level = 'notice'")
    connection.add_notice_handler(listen)
    run()
    # A plan is told when its portal closes: when the next statement comes.
    connection.execute("select 1")
    connection.remove_notice_handler(listen)
    become(connection, None)
    plans = [json.loads(each.split("plan:", 1)[1])["Plan"] for each in seen if "plan:" in each]
    assert plans
    return {
        (node["Index Name"], node.get("Index Cond", ""))
        for plan in plans
        for node in nodes(plan)
        # A plan for all calls has branches that this one does not take.
        if "Index Name" in node and node["Actual Loops"]
    }


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
