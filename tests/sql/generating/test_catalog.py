"""What is read of a schema: columns with all that decides how they are written, keys, enums, functions."""

from __future__ import annotations

import pytest

from sql.database import Connection
from sql.generating.catalog import Argument, Catalog, Column, EnumType, ForeignKey, Function, TypeName, read_catalog
from tests.sql.generating.odd import read_odd_catalog


@pytest.fixture
def catalog(connection: Connection) -> Catalog:
    return read_odd_catalog(connection)


def test_columns_say_what_decides_how_they_are_written(catalog: Catalog) -> None:
    things = next(table for table in catalog.tables if table.name == "things")

    assert things.columns == (
        Column("id", TypeName("int2"), is_identity=True, is_written_by_the_database=True),
        Column("number", TypeName("int8"), is_identity=True),
        Column("label", TypeName("text")),
        Column("labels", TypeName("varchar", is_array=True), has_default=True),
        Column("moods", TypeName("mood", is_array=True), is_nullable=True),
        Column("mood", TypeName("mood"), is_nullable=True, has_default=True),
        Column("payload", TypeName("jsonb"), has_default=True),
        Column("payloads", TypeName("jsonb", is_array=True), is_nullable=True),
        Column("price", TypeName("numeric"), is_nullable=True),
        Column("shape", TypeName("vector")),
        Column("shapes", TypeName("halfvec"), is_nullable=True),
        Column("terms", TypeName("sparsevec"), is_nullable=True),
        Column("twice", TypeName("text"), has_default=True, is_written_by_the_database=True),
        Column("day", TypeName("date"), is_nullable=True, has_default=True),
    )


def test_a_partition_is_no_table_and_a_view_is_no_table(catalog: Catalog) -> None:
    assert [table.name for table in catalog.tables] == ["parts", "things"]
    assert [(view.name, [column.name for column in view.columns]) for view in catalog.views] == [
        ("labels", ["id", "label"])
    ]


def test_keys_of_the_schema_say_whether_one_row_refers_at_most(catalog: Catalog) -> None:
    parts = next(table for table in catalog.tables if table.name == "parts")

    assert parts.foreign_keys == (
        ForeignKey("parts_label_number_fkey", ("label", "number"), False, "things", ("label", "number")),
        ForeignKey("parts_made_by_fkey", ("made_by",), False, "things", ("id",)),
        ForeignKey("parts_thing_id_fkey", ("thing_id",), True, "things", ("id",)),
    )


def test_labels_stand_in_their_order(catalog: Catalog) -> None:
    assert catalog.enums == (EnumType("mood", ('so "so"', "bad", "a\\b")),)


def test_functions_have_arguments_defaults_and_results(catalog: Catalog) -> None:
    number, numeric, text = TypeName("int4"), TypeName("numeric"), TypeName("text")
    unnamed = (Argument("", TypeName("mood")), Argument("", number, has_default=True))

    assert catalog.functions == (
        Function("all_things", unnamed, TypeName("things"), returns_set=True),
        Function(
            "listed",
            (Argument("place", number, has_default=True),),
            TypeName("record"),
            returns_set=True,
            result_columns=(Argument("place", number, has_default=True), Argument("label", text)),
        ),
        Function("names", (), TypeName("text", is_array=True)),
        Function("nothing", (), TypeName("void")),
        Function("total", (Argument("of_label", text),), numeric),
        Function(
            "total",
            (Argument("of_thing", number), Argument("numbers", TypeName("int8", is_array=True), has_default=True)),
            numeric,
        ),
    )


def test_what_an_extension_brings_is_left_out(connection: Connection) -> None:
    functions = [function.name for function in read_catalog(connection).functions]

    assert "search_user_messages" in functions
    assert "similarity" not in functions
    assert "cosine_distance" not in functions
