"""What a schema consists of, as the catalogs tell it: tables, views, enums and functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sql.database import Connection
from sql.loading import query


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type by its name in pg_type; of an array, its elements' type."""

    name: str
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: TypeName
    is_nullable: bool = False
    has_default: bool = False
    is_identity: bool = False
    is_written_by_the_database: bool = False

    @property
    def may_be_left_out(self) -> bool:
        """Whether an insert is complete without it."""
        return self.is_nullable or self.has_default or self.is_identity


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    columns: tuple[str, ...]
    is_one_to_one: bool
    referenced_relation: str
    referenced_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view."""

    name: str
    columns: tuple[Column, ...]
    is_view: bool = False
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def written_columns(self) -> tuple[Column, ...]:
        """What a statement may give a value to: all but generated columns and identities that are always generated."""
        return tuple(column for column in self.columns if not column.is_written_by_the_database)


@dataclass(frozen=True, slots=True)
class EnumType:
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    type: TypeName
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`result_columns` is empty unless it returns a table or has out arguments; then `result` says `record`."""

    name: str
    arguments: tuple[Argument, ...]
    result: TypeName
    returns_set: bool = False
    result_columns: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    tables: tuple[Relation, ...]
    views: tuple[Relation, ...]
    enums: tuple[EnumType, ...]
    functions: tuple[Function, ...]


def read_catalog(connection: Connection, schema: str = "public") -> Catalog:
    """The schema's relations, enums and functions, each sorted by name; what belongs to an extension is left out."""
    relations = tuple(_relations(_rows(connection, "columns", schema), _rows(connection, "foreign_keys", schema)))
    return Catalog(
        tables=tuple(relation for relation in relations if not relation.is_view),
        views=tuple(relation for relation in relations if relation.is_view),
        enums=tuple(EnumType(name, tuple(labels)) for name, labels in _rows(connection, "enums", schema)),
        functions=tuple(_functions(_rows(connection, "functions", schema))),
    )


def _rows(connection: Connection, name: str, schema: str) -> list[tuple[Any, ...]]:
    return connection.execute(query(f"generating/{name}"), {"schema": schema}).fetchall()


def _relations(columns: Sequence[tuple[Any, ...]], foreign_keys: Sequence[tuple[Any, ...]]) -> Iterator[Relation]:
    for (name, is_view), rows in groupby(columns, key=itemgetter(0, 1)):
        yield Relation(
            name,
            tuple(Column(row[2], TypeName(row[3], row[4]), *row[5:]) for row in rows),
            is_view,
            tuple(
                ForeignKey(key, tuple(own), one_to_one, referenced, tuple(other))
                for key, relation, own, one_to_one, referenced, other in foreign_keys
                if relation == name
            ),
        )


def _functions(rows: Sequence[tuple[Any, ...]]) -> Iterator[Function]:
    for (name, _), grouped in groupby(rows, key=itemgetter(0, 1)):
        found = list(grouped)
        result, is_array, returns_set = found[0][2:5]
        # A function without arguments has one row, which names none.
        named = [(row[6], Argument(row[5], TypeName(row[7], row[8]), row[9])) for row in found if row[6] is not None]
        yield Function(
            name,
            tuple(argument for mode, argument in named if mode in "ibv"),
            TypeName(result, is_array),
            returns_set,
            tuple(argument for mode, argument in named if mode in "obt") if result == "record" else (),
        )
