"""docs/api.md is true: it names every route, field, code and scope, and its requests are answered as it says."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

import indexer
import models
import search_api
import sql
from models.errors import CodingitError
from search_api.auth import Scope
from search_api.http.routes import index
from search_api.problems import FRAMEWORK
from sql.database import Database
from tests.indexing import index_now
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
ROUTES = dict(re.findall(r"^### `([A-Z]+ /[^`]*)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
# Measured, or the clock's; everything else is the same whenever the page's requests are sent.
NUMBERS = ("took_ms", "score")
MOMENTS = ("created_at", "updated_at", "last_activity")
# Where a page ended, for the next request to say.
CURSORS = ("next",)
# As the default model names itself, so that the page does not name a stub.
MODEL = StubEncoder(256, name="codingit/code-encoder", revision="02bf4d3d35b341098276", most_tokens=512)
# Random, and shown once.
SECRETS = (" key", " prefix")
# Random too; the next request says the first.
SIGN_IN = ("/v1/sign-in/codes code", "/v1/sign-in token")
# Their errors end a command or a worker's batch.
NEVER_ANSWERED = (
    "tests",
    "indexer",
    "training",
    "search_api.cli",
    "search_api.client",
    "search_api.local",
    "search_api.supervising",
)
# Written by the platform, not by this API.
SESSION = """
insert into public.chat_sessions (id, session_id, user_id, title)
  values ('5e551011-0000-4000-8000-000000000001', 'chat_7', %(user_id)s, 'Prices');
"""
# Sorts behind every other id.
SOMEBODY = "insert into auth.users (id, email) values ('ffffffff-ffff-4fff-bfff-ffffffffffff', 'somebody@example.org')"
MESSAGE = """
insert into public.chat_message_cache (id, session_id, message_id, role, content, model, created_at)
  values ('3e55a9e0-0000-4000-8000-000000000001', '5e551011-0000-4000-8000-000000000001', 'msg_42', 'assistant',
    'Prices are rounded half up in round_price, tax included.', 'large-1', '2026-01-01T12:00:00Z');
"""


@dataclass(frozen=True)
class Exchange:
    """A request of the page and the reply below it; an empty reply means none."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any
    reply: str


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: MODEL)


def exchanges() -> list[Exchange]:
    asked = r"^```http\n(\S+) (\S+)\n((?:[A-Z][\w-]*: [^\n]*\n)*)(.*?)^```\n"
    blocks = re.findall(asked + r"(?:\s*^```(?:json|text)\n(.*?)^```)?", PAGE, re.M | re.S)
    return [
        Exchange(method, target, read_headers(headers), json.loads(body or "null"), reply)
        for method, target, headers, body, reply in blocks
    ]


def read_headers(lines: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines.splitlines())


def schema_of(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    found: dict[str, Any] = document["components"]["schemas"][reference.rsplit("/", 1)[1]] if reference else node
    return found


def operations(api: Api) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in api.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_the_page_has_a_section_for_every_route_and_for_no_other(api: Api) -> None:
    assert sorted(ROUTES) == sorted(operations(api))


def test_every_route_has_an_example(api: Api) -> None:
    without = [route for route, section in ROUTES.items() if f"```http\n{route.split(' ')[0]} " not in section]

    assert without == []


def test_every_parameter_and_field_of_a_request_is_named_in_its_section(api: Api) -> None:
    document = api.app.openapi()
    missing = []
    for route, operation in operations(api).items():
        names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
        if "requestBody" in operation:
            body = schema_of(document, operation["requestBody"]["content"]["application/json"]["schema"])
            names += body["properties"]
        missing += [f"{route}: {name}" for name in names if f"`{name}`" not in ROUTES[route]]

    assert missing == []


def kinds_of_error(kind: type[CodingitError]) -> Iterator[type[CodingitError]]:
    yield kind
    for special in kind.__subclasses__():
        yield from kinds_of_error(special)


def test_the_page_names_every_code_with_its_status() -> None:
    # An error is known once its module is loaded, so all of them are, whatever other tests have loaded.
    for package in (search_api, indexer, sql, models):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    answered = [kind for kind in kinds_of_error(CodingitError) if not kind.__module__.startswith(NEVER_ANSWERED)]
    ours = {(kind.code, kind.status) for kind in answered}
    refused = {(code, status) for status, (code, _) in FRAMEWORK.items()}
    named = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE, re.M)

    assert sorted((code, int(status)) for code, status in named) == sorted(ours | refused)


@pytest.mark.parametrize("scope", Scope)
def test_the_page_names_every_scope(scope: Scope) -> None:
    assert f"`{scope.value}`" in PAGE


def test_the_requests_of_the_page_are_answered_as_it_says(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LONGEST_STREAM_SECONDS", 0.0)
    user_id = api.sign_up()
    with psycopg.connect(api.url) as connection:
        connection.execute(SESSION.encode(), {"user_id": user_id})
        connection.execute(MESSAGE.encode())
        connection.execute(SOMEBODY.encode())
    story = Story()
    with api.client(token_of(user_id)) as client:
        for exchange in exchanges():
            target = story.real(exchange.target)
            body = {} if exchange.body is None else {"json": json.loads(story.real(json.dumps(exchange.body)))}
            reply = client.request(
                exchange.method, target, headers=story.real_headers(target, exchange.headers), **body
            )
            story.tags[target] = reply.headers.get("ETag", "")
            story.compare(exchange, reply.status_code, reply.text)
            if exchange.method == "PUT":
                index_now(api.url, MODEL)


@dataclass
class Story:
    """Ids are new each time: those of the page stand for those that were answered where the page has them first."""

    ids: dict[str, str] = field(default_factory=dict)
    # The version that was last answered at an address, which is what the page has in If-Match.
    tags: dict[str, str] = field(default_factory=dict)

    def real_headers(self, target: str, documented: dict[str, str]) -> dict[str, str]:
        return {
            name: self.tags[target] if name in ("If-Match", "If-None-Match") else value
            for name, value in documented.items()
        }

    def real(self, text: str) -> str:
        for documented, answered in self.ids.items():
            text = text.replace(documented, answered)
        return text

    def compare(self, exchange: Exchange, status: int, answered: str) -> None:
        where = f"{exchange.method} {exchange.target}"
        if not exchange.reply:
            assert (status, answered) in ((204, ""), (304, "")), where
        elif exchange.target == "/metrics":
            assert status == 200
            for line in exchange.reply.splitlines():
                assert line.rsplit(" ", 1)[0] in answered, where
        elif exchange.headers.get("Accept") == index.EVENT_STREAM:
            documented, real = (text.strip().split("data: ") for text in (exchange.reply, answered))
            assert real[0] == documented[0]
            self._compare(json.loads(documented[1]), json.loads(real[1]), where)
        else:
            documented_reply = json.loads(exchange.reply)
            self._compare(documented_reply, json.loads(answered), where)
            assert status == documented_reply.get("status", status) if "code" in documented_reply else status < 300

    def _compare(self, documented: Any, answered: Any, where: str) -> None:
        if isinstance(documented, dict):
            assert isinstance(answered, dict), where
            assert list(documented) == list(answered), where
            for name, value in documented.items():
                self._compare(value, answered[name], f"{where} {name}")
        elif isinstance(documented, list):
            assert isinstance(answered, list), where
            assert len(documented) == len(answered), where
            for place, (one, other) in enumerate(zip(documented, answered, strict=True)):
                self._compare(one, other, f"{where} {place}")
        elif where.endswith(NUMBERS):
            assert isinstance(answered, float), where
        elif where.endswith(" created"):
            assert isinstance(answered, int), where
        elif where.endswith(MOMENTS):
            assert datetime.fromisoformat(answered).tzinfo is not None, where
        elif where.endswith(CURSORS) and isinstance(documented, str):
            assert isinstance(answered, str), where
        elif where.endswith("cancelled_at") and documented is not None:
            assert datetime.fromisoformat(answered).tzinfo is not None, where
        elif where.endswith(SECRETS):
            assert answered.startswith("cik_"), where
        elif where.endswith(SIGN_IN):
            assert answered, where
            assert answered != documented, where
            self.ids[documented] = answered
        elif is_id(documented):
            assert is_id(answered), where
            assert self.ids.setdefault(documented, answered) == answered, where
        else:
            assert answered == documented, where


def is_id(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
