"""The client cannot drift from the API: each of its requests and records is compared with the API's description."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import msgspec
import pytest

from search_api.client import (
    ApiClient,
    Ask,
    api_keys,
    embeddings,
    files,
    index,
    projects,
    searching,
    sessions,
    sign_in,
    tasks,
    teams,
)
from search_api.client.asking import Nothing, One, PageOf, Versioned, Whole
from sql.database import Database
from tests.search_api.api import make_api

MODULES: tuple[ModuleType, ...] = (
    searching, files, index, projects, tasks, sessions, teams, api_keys, embeddings, sign_in,
)  # fmt: skip
# For whoever runs the service, not for programs that use it.
NOT_CALLED = {"GET /healthz", "GET /readyz", "GET /metrics"}
# What a record leaves out on purpose.
LEFT_OUT = {"FileHash": {"id"}}
# Told by a reply's header.
IN_HEADERS = {"etag"}
SAMPLE_OF = {
    "str": "x",
    "int": 7,
    "float": 0.5,
    "bool": True,
    "datetime": datetime(2026, 1, 1, tzinfo=UTC),
    "Any": {"a": 1},
}
TEXT = {"type": "string"}

Json = dict[str, Any]
Function = Callable[..., Ask[Any]]


@pytest.fixture(scope="module")
def document(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Json]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database).app.openapi()


def asking_functions() -> list[Function]:
    return [
        function
        for module in MODULES
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and str(inspect.signature(function).return_annotation).startswith("Ask[")
    ]


def with_everything_given(function: Function) -> Ask[Any]:
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        kind = str(parameter.annotation).removeprefix("UnsetType | ").partition(" | ")[0]
        given[name] = [SAMPLE_OF["str"]] if kind.startswith("Sequence[") else SAMPLE_OF[kind]
    return function(**given)


def operation_of(document: Json, ask: Ask[Any]) -> tuple[str, Json]:
    """The operation's name and description; raises StopIteration when the API has none such."""
    return next(
        (f"{ask.method} {path}", methods[ask.method.lower()])
        for path, methods in document["paths"].items()
        if ask.method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), ask.path)
    )


def resolve(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def fields_of(kind: Any) -> dict[str, bool]:
    """A record's fields, and whether each may be missing from a reply."""
    if dataclasses.is_dataclass(kind):
        return {
            field.name: field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            for field in dataclasses.fields(kind)
        }
    return {field.name: not field.required for field in msgspec.structs.fields(kind)}


def differences(document: Json, kind: Any, schema: Json, where: str) -> list[str]:
    """What the record and the API's description of it do not agree on."""
    schema = resolve(document, schema)
    if kind is Any:
        return []
    options = schema.get("anyOf", [schema])
    present = [option for option in options if option.get("type") != "null"]
    inner = [each for each in typing.get_args(kind) if each is not types.NoneType]
    is_union = isinstance(kind, types.UnionType)
    if (types.NoneType in typing.get_args(kind)) != (len(present) < len(options)):
        return [f"{where}: null is allowed in one of them only"]
    if is_union and len(inner) == len(present) == 1:
        return differences(document, inner[0], present[0], where)
    if is_union or len(present) > 1:
        unlike = [option for option in present if all(differences(document, each, option, where) for each in inner)]
        return [f"{where}: not the same choices"] if unlike or len(inner) != len(present) else []
    if typing.get_origin(kind) is tuple:
        told = differences(document, inner[0], schema.get("items", {}), f"{where}[]")
        return told if schema.get("type") == "array" else [f"{where}: no array"]
    if typing.get_origin(kind) is dict:
        return differences(document, inner[1], schema["additionalProperties"], f"{where}{{}}")
    if dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
        return record_differences(document, kind, schema, where)
    described = {
        ("string", "date-time"): datetime,
        ("string", None): str,
        ("integer", None): int,
        ("number", None): float,
        ("boolean", None): bool,
    }
    written = "date-time" if schema.get("format") == "date-time" else None
    wanted = described.get((str(schema.get("type")), written))
    return [] if wanted is kind else [f"{where}: {kind.__name__} for {schema.get('type')} {written or ''}"]


def record_differences(document: Json, kind: Any, schema: Json, where: str) -> list[str]:
    told = set(schema.get("properties", {})) - LEFT_OUT.get(kind.__name__, set())
    fields = {name: missing for name, missing in fields_of(kind).items() if name not in IN_HEADERS}
    found = [f"{where}.{name}: not in both" for name in sorted(told ^ set(fields))]
    found += [
        f"{where}.{name}: may be missing"
        for name in sorted(told & set(fields))
        if name not in schema.get("required", ()) and not fields[name]
    ]
    hints = typing.get_type_hints(kind)
    for name in sorted(told & set(fields)):
        found += differences(document, hints[name], schema["properties"][name], f"{where}.{name}")
    return found


@pytest.mark.parametrize("function", asking_functions(), ids=lambda function: function.__name__)
def test_a_request_has_the_fields_of_its_route(document: Json, function: Function) -> None:
    ask = with_everything_given(function)

    _, operation = operation_of(document, ask)

    parameters = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
    assert set(ask.parameters()) == parameters
    described = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    assert set(ask.body or {}) == set(resolve(document, described).get("properties", {}))


@pytest.mark.parametrize("function", asking_functions(), ids=lambda function: function.__name__)
def test_a_reply_is_read_as_its_route_describes_it(document: Json, function: Function) -> None:
    ask = with_everything_given(function)
    _, operation = operation_of(document, ask)
    success = next(each for status, each in operation["responses"].items() if status.startswith("2"))

    if isinstance(ask.reading, Nothing):
        assert "content" not in success
        return
    schema = resolve(document, success["content"]["application/json"]["schema"])
    if isinstance(ask.reading, PageOf):
        backwards = {"previous"} if "before" in ask.query else set()
        assert set(schema["properties"]) == {ask.reading.field, "next"} | backwards
        schema = schema["properties"][ask.reading.field]["items"]
    else:
        assert isinstance(ask.reading, Whole)
    assert differences(document, ask.reading.kind, schema, ask.reading.kind.__name__) == []


@pytest.mark.parametrize("function", asking_functions(), ids=lambda function: function.__name__)
def test_versions_are_read_and_expected_where_the_route_has_them(document: Json, function: Function) -> None:
    ask = with_everything_given(function)
    _, operation = operation_of(document, ask)
    success = next(each for status, each in operation["responses"].items() if status.startswith("2"))

    expected = [each["name"] for each in operation.get("parameters", []) if each["name"] == "If-Match"]
    assert [name for name in ask.headers if name == "If-Match"] == expected
    assert isinstance(ask.reading, One) == ("ETag" in success.get("headers", {}))
    if isinstance(ask.reading, One):
        assert issubclass(ask.reading.kind, Versioned | projects.Project)


def test_no_reply_has_a_field_that_would_be_taken_for_the_version(document: Json) -> None:
    fields = {name for schema in document["components"]["schemas"].values() for name in schema.get("properties", {})}

    assert not fields & IN_HEADERS


def test_every_route_for_programs_can_be_asked(document: Json) -> None:
    asked = {operation_of(document, with_everything_given(function))[0] for function in asking_functions()}
    routes = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}

    assert routes - asked == NOT_CALLED


def test_everything_that_can_be_asked_is_a_method() -> None:
    missing = {function.__name__ for function in asking_functions() if not hasattr(ApiClient, function.__name__)}

    # Followed by `follow_index`.
    assert missing == {"index_stream"}


@pytest.mark.parametrize(
    ("kind", "schema", "told"),
    [
        (int, {"type": "integer"}, []),
        (int, {"type": "string"}, ["x: int for string "]),
        (str, {"type": "string", "format": "date-time"}, ["x: str for string date-time"]),
        (str | int, {"anyOf": [{"type": "integer"}, TEXT]}, []),
        (str | int, {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, ["x: not the same choices"]),
        (str | int, TEXT, ["x: not the same choices"]),
        (int, {"anyOf": [{"type": "integer"}, TEXT]}, ["x: not the same choices"]),
        (str | None, {"type": "string"}, ["x: null is allowed in one of them only"]),
        (tuple[int, ...], {"type": "array", "items": {"type": "string"}}, ["x[]: int for string "]),
        (dict[str, float], {"type": "object", "additionalProperties": {"type": "string"}}, ["x{}: float for string "]),
        (
            index.IndexSkip,
            {"properties": {"path": {"type": "string"}}, "required": ["path"]},
            ["x.reason: not in both"],
        ),
        (
            index.IndexSkip,
            {"properties": {"path": TEXT, "reason": TEXT}, "required": ["path"]},
            ["x.reason: may be missing"],
        ),
    ],
)
def test_a_difference_would_be_told(kind: Any, schema: Json, told: list[str]) -> None:
    assert differences({}, kind, schema, "x") == told
