"""The Python that is written for a schema, run: which keys are needed, which types, and what is refused."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import subprocess
import sys
import uuid
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any, Literal, get_args

import pgvector
import pytest
from pgvector.psycopg import register_vector
from psycopg.types.json import Json, Jsonb

from sql.database import Connection
from sql.generating import python_rows
from sql.generating.catalog import Catalog, Column, EnumType, Relation, TypeName
from sql.generating.python_rows import READ, WRITTEN, render_python_rows
from tests.sql.generating.odd import read_odd_catalog

ROOT = Path(__file__).parents[3]


@pytest.fixture
def modules(connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The text of the odd schema's modules, which import from a package that exists for the test alone."""
    monkeypatch.setattr(python_rows, "OURS", "odd_rows")
    written = render_python_rows(read_odd_catalog(connection))
    package = ModuleType("odd_rows")
    monkeypatch.setitem(sys.modules, "odd_rows", package)
    execute(written["__init__.py"], package.__dict__)
    return written


def execute(text: str, namespace: dict[str, Any]) -> None:
    # By itself the text would be read with the future import of this file.
    exec(compile(text, "written", "exec", dont_inherit=True), namespace)


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("odd_rows.table")
    # Where dataclasses and typing look the annotations up.
    monkeypatch.setitem(sys.modules, "odd_rows.table", module)
    execute(text, module.__dict__)
    return module


def table(*columns: Column) -> Catalog:
    return Catalog((Relation("things", columns),), (), (), ())


def test_an_insert_needs_what_has_no_default_and_knows_no_generated_column(
    modules: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    things = run(modules["things.py"], monkeypatch)

    assert things.Insert.__required_keys__ == {"label", "shape"}
    assert things.Insert.__optional_keys__ == {
        *("number", "labels", "moods", "mood", "payload", "payloads", "price", "shapes", "terms", "day"),
    }
    assert things.Update.__required_keys__ == set()
    assert things.Update.__optional_keys__ == things.Insert.__required_keys__ | things.Insert.__optional_keys__


def test_a_row_has_every_column_in_its_order_and_precise_types(
    modules: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    things = run(modules["things.py"], monkeypatch)
    mood = Literal['so "so"', "bad", "a\\b"]

    hints = things.Row.__annotations__

    shared = things.Json
    assert list(hints.items()) == [
        ("id", int),
        ("number", int),
        ("label", str),
        ("labels", list[str]),
        ("moods", list[mood] | None),
        ("mood", mood | None),
        ("payload", shared),
        ("payloads", GenericAlias(list, (shared,)) | None),
        ("price", decimal.Decimal | None),
        ("shape", pgvector.Vector),
        ("shapes", pgvector.HalfVector | None),
        ("terms", pgvector.SparseVector | None),
        ("twice", str),
        ("day", datetime.date | None),
    ]
    assert [field.name for field in dataclasses.fields(things.Row)] == list(hints)
    assert things.Update.__annotations__["payloads"] == list[Jsonb] | None


def test_a_view_has_no_module(modules: dict[str, str]) -> None:
    assert sorted(modules) == ["__init__.py", "parts.py", "things.py"]


def test_what_is_written_is_in_shape(modules: dict[str, str], tmp_path: Path) -> None:
    modules["__init__.py"] = render_python_rows(
        Catalog((), (), (EnumType("long_one", tuple(f"a label that fills {n}" for n in range(9))),), ())
    )["__init__.py"]
    for name, text in modules.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    for command in (["check"], ["format", "--check", "--diff"]):
        # The isolated folder is not the project: what is ours is said by name.
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
            + (["--config", "lint.isort.known-first-party=['odd_rows']"] if command == ["check"] else [])
            + [str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


SAMPLES: list[tuple[str, Any]] = [
    ("bool", True),
    ("int2", 1),
    ("int4", 1),
    ("int8", 2**40),
    ("float4", 0.5),
    ("float8", 0.5),
    ("numeric", decimal.Decimal("1.50")),
    ("text", "a"),
    ("varchar", "a"),
    ("bpchar", "a"),
    ("name", "a"),
    ("tsvector", "'a'"),
    ("uuid", uuid.UUID(int=1)),
    ("bytea", b"\0"),
    ("json", Json({"a": [1, None]})),
    ("jsonb", Jsonb({"a": [1, None]})),
    ("date", datetime.date(2024, 2, 29)),
    ("time", datetime.time(12, 30)),
    ("timestamp", datetime.datetime(2024, 2, 29, 12, 30)),
    ("timestamptz", datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)),
    ("interval", datetime.timedelta(days=1)),
    ("vector", pgvector.Vector([1, 2])),
    ("halfvec", pgvector.HalfVector([1, 2])),
    ("sparsevec", pgvector.SparseVector({0: 1.0}, 2)),
]


def test_every_known_type_has_a_sample() -> None:
    assert [name for name, _ in SAMPLES] == list(READ) == list(WRITTEN)


@pytest.mark.parametrize(("name", "value"), SAMPLES)
def test_a_type_is_what_psycopg_takes_and_reads(connection: Connection, name: str, value: Any) -> None:
    register_vector(connection)

    row = connection.execute(f"select %s::{name}".encode(), (value,)).fetchone()

    assert row is not None
    assert _named(value) == WRITTEN[name]
    if READ[name] == "Json":
        assert row[0] == value.obj
    else:
        assert _named(row[0]) == READ[name]
        assert row[0] == value


def _named(value: object) -> str:
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__name__
    # pgvector keeps each class in a module of its own.
    module = "pgvector" if kind.__module__.startswith("pgvector.") else kind.__module__
    return f"{module}.{kind.__name__}"


def test_labels_are_the_choices_of_a_literal() -> None:
    written = render_python_rows(Catalog((), (), (EnumType("mood", ('"', "ü", "\n")),), ()))["__init__.py"]
    package: dict[str, Any] = {}

    execute(written, package)

    assert get_args(package["Mood"]) == ('"', "ü", "\n")


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        (table(Column("place", TypeName("point"))), "public.things.place has type point"),
        (table(Column("class", TypeName("text"))), r"public.things.class cannot be the name of a field"),
        (table(Column("two words", TypeName("text"))), r"public.things.two words cannot be the name"),
        (table(Column("uuid", TypeName("uuid"))), r"public.things.uuid cannot be the name of a field"),
        (
            table(Column("list", TypeName("int4")), Column("names", TypeName("text", is_array=True))),
            r"public.things.list cannot be the name of a field",
        ),
        (Catalog((Relation("import", ()),), (), (), ()), "import cannot be the name of a module"),
        (Catalog((), (), (EnumType("json", ("a",)),), ()), "Json cannot be the name of a module or a type"),
    ],
)
def test_what_python_cannot_say_is_refused_by_name(catalog: Catalog, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        render_python_rows(catalog)
