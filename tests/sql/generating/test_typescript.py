"""The TypeScript that is written for a schema: the whole text of a small one, and the syntax of the real one."""

from __future__ import annotations

from pathlib import Path

import pytest
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from sql.database import Connection
from sql.generating.catalog import Argument, Catalog, Column, EnumType, ForeignKey, Function, Relation, TypeName
from sql.generating.catalog import read_catalog as read
from sql.generating.typescript import render_typescript
from tests.sql.generating.odd import read_odd_catalog

PARSER = Parser(Language(tree_sitter_typescript.language_typescript()))
REAL = Path(__file__).parents[3] / "models" / "database.types.ts"

SMALL = Catalog(
    tables=(
        Relation(
            "parts",
            (
                Column("id", TypeName("int8"), is_identity=True, is_written_by_the_database=True),
                Column("mood", TypeName("mood"), has_default=True),
                Column("tags", TypeName("text", is_array=True), is_nullable=True),
                Column("odd name", TypeName("jsonb")),
            ),
            foreign_keys=(ForeignKey("parts_of", ("id",), True, "things", ("id",)),),
        ),
    ),
    views=(Relation("seen", (Column("id", TypeName("uuid"), is_nullable=True),), is_view=True),),
    enums=(EnumType("mood", ("good", 'so "so"')),),
    functions=(
        Function("all_parts", (), TypeName("parts"), returns_set=True),
        Function(
            "total", (Argument("a", TypeName("int4")), Argument("b", TypeName("mood"), True)), TypeName("numeric")
        ),
        Function(
            "total", (), TypeName("record"), returns_set=True, result_columns=(Argument("n", TypeName("timestamptz")),)
        ),
    ),
)
BODY = """\
export type Database = {
  public: {
    Tables: {
      parts: {
        Row: {
          id: number
          mood: Database["public"]["Enums"]["mood"]
          tags: string[] | null
          "odd name": Json
        }
        Insert: {
          mood?: Database["public"]["Enums"]["mood"]
          tags?: string[] | null
          "odd name": Json
        }
        Update: {
          mood?: Database["public"]["Enums"]["mood"]
          tags?: string[] | null
          "odd name"?: Json
        }
        Relationships: [
          {
            foreignKeyName: "parts_of"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "things"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      seen: {
        Row: {
          id: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      all_parts: {
        Args: Record<PropertyKey, never>
        Returns: Database["public"]["Tables"]["parts"]["Row"][]
      }
      total: {
        Args: {
          a: number
          b?: Database["public"]["Enums"]["mood"]
        }
        Returns: number
      } | {
        Args: Record<PropertyKey, never>
        Returns: {
          n: string
        }[]
      }
    }
    Enums: {
      mood: "good" | "so \\"so\\""
    }
    CompositeTypes: { [_ in never]: never }
  }
}
"""


def test_a_schema_is_written_in_the_shape_that_clients_take() -> None:
    assert BODY in render_typescript(SMALL)


def test_what_there_is_nothing_of_is_an_object_without_keys() -> None:
    assert "Views: { [_ in never]: never }\n" in render_typescript(Catalog((), (), (), ()))


def test_an_unknown_type_is_refused_by_name() -> None:
    catalog = Catalog((Relation("things", (Column("place", TypeName("point")),)),), (), (), ())

    with pytest.raises(ValueError, match=r"public.things.place has type point"):
        render_typescript(catalog)


def test_odd_schemas_are_valid_typescript(connection: Connection) -> None:
    written = render_typescript(read_odd_catalog(connection))

    assert not PARSER.parse(written.encode()).root_node.has_error


def test_the_real_schema_is_valid_typescript_and_has_every_column(connection: Connection) -> None:
    database = _alias(PARSER.parse(REAL.read_bytes()).root_node, "Database")
    tables = _members(_members(_members(database)["public"])["Tables"])

    assert {name: list(_members(_members(node)["Row"])) for name, node in tables.items()} == {
        table.name: [column.name for column in table.columns] for table in read(connection).tables
    }
    assert not database.has_error
    # Written by nobody and by default, in a table that has both.
    inserted = _members(_members(tables["workspace_files"])["Insert"])
    assert "content_hash" not in inserted
    assert _is_optional(inserted["id"])
    assert not _is_optional(inserted["user_id"])


def _alias(root: Node, name: str) -> Node:
    """The object type that is declared under a name."""
    for statement in root.children:
        declared = statement.child_by_field_name("declaration")
        if declared is not None and _text(declared.child_by_field_name("name")) == name:
            value = declared.child_by_field_name("value")
            assert value is not None
            return value
    raise AssertionError(f"no type {name}")


def _members(type_: Node) -> dict[str, Node]:
    """What an object type says of each property, its annotation's type."""
    found: dict[str, Node] = {}
    for member in type_.named_children:
        if member.type == "property_signature":
            annotation = member.child_by_field_name("type")
            assert annotation is not None
            found[_text(member.child_by_field_name("name"))] = annotation.named_children[0]
    return found


def _is_optional(type_: Node) -> bool:
    annotation = type_.parent
    assert annotation is not None
    return "?: " in _text(annotation.parent)


def _text(node: Node | None) -> str:
    assert node is not None
    assert node.text is not None
    return node.text.decode()
