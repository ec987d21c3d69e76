"""The generated rows in use: what is written through them is taken, what is read through them has its types.

Half of the proof is mypy's: it checks this module, and a `type: ignore` that is not needed is an error.
"""

from __future__ import annotations

import importlib
import pkgutil
from uuid import UUID

import psycopg
import pytest
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from models import rows
from models.rows import (
    MessageRoleEnum,
    chat_message_cache,
    code_embeddings,
    code_index_state,
    messages,
    projects,
    tasks,
    workspace_files,
)
from sql.database import Connection
from tests.conftest import make_user

TABLES = sorted(module.name for module in pkgutil.iter_modules(rows.__path__))


@pytest.fixture
def user_id(connection: Connection) -> UUID:
    return make_user(connection)


@pytest.fixture
def project_id(connection: Connection, user_id: UUID) -> UUID:
    new: projects.Insert = {"user_id": user_id, "title": "Shop", "metadata": Jsonb({"tags": ["a", None]})}
    with connection.cursor(row_factory=class_row(projects.Row)) as cursor:
        made = cursor.execute(
            "insert into public.projects (user_id, title, metadata) values (%(user_id)s, %(title)s, %(metadata)s)"
            " returning *",
            new,
        ).fetchone()
    assert made is not None
    assert (made.title, made.status, made.metadata) == ("Shop", "active", {"tags": ["a", None]})
    return made.id


@pytest.mark.parametrize("table", TABLES)
def test_a_row_takes_every_column_of_its_table(connection: Connection, table: str) -> None:
    module = importlib.import_module(f"models.rows.{table}")

    # One row of nulls: whatever the table holds, each of its columns is handed to the class by name.
    with connection.cursor(row_factory=class_row(module.Row)) as cursor:
        row = cursor.execute(
            f"select things.* from (select) as one left join public.{table} as things on false".encode()
        ).fetchone()

    assert row is not None
    assert {getattr(row, name) for name in module.Row.__dataclass_fields__} == {None}


def test_a_moment_before_all_others_is_not_read(connection: Connection) -> None:
    with connection.cursor(row_factory=class_row(code_index_state.Row)) as cursor:
        asked = cursor.execute(
            'select (jsonb_populate_record(null::public.code_index_state, \'{"retry_at": "-infinity"}\')).*'
        )
        with pytest.raises(psycopg.DataError, match="timestamp too small"):
            asked.fetchone()


def test_an_update_names_what_it_changes(connection: Connection, project_id: UUID) -> None:
    change: projects.Update = {"status": "archived", "description": None}

    with connection.cursor(row_factory=class_row(projects.Row)) as cursor:
        changed = cursor.execute(
            "update public.projects set status = %(status)s, description = %(description)s"
            " where id = %(id)s returning *",
            {**change, "id": project_id},
        ).fetchone()

    assert changed is not None
    assert (changed.status, changed.description, changed.title) == ("archived", None, "Shop")


def test_labels_are_written_and_read_as_they_are(connection: Connection, project_id: UUID) -> None:
    role: MessageRoleEnum = "assistant"
    new: messages.Insert = {"project_id": project_id, "role": role, "content": Jsonb("Hello"), "sequence_number": 1}

    with connection.cursor(row_factory=class_row(messages.Row)) as cursor:
        made = cursor.execute(
            "insert into public.messages (project_id, role, content, sequence_number)"
            " values (%(project_id)s, %(role)s, %(content)s, %(sequence_number)s) returning *",
            new,
        ).fetchone()

    assert made is not None
    assert (made.role, made.content) == ("assistant", "Hello")


def test_a_vector_comes_back_as_one(connection: Connection, user_id: UUID) -> None:
    register_vector(connection)
    new: code_embeddings.Insert = {"user_id": user_id, "content": "a", "embedding": HalfVector([0.5, 1.0])}

    with connection.cursor(row_factory=class_row(code_embeddings.Row)) as cursor:
        made = cursor.execute(
            "insert into public.code_embeddings (user_id, content, embedding)"
            " values (%(user_id)s, %(content)s, %(embedding)s) returning *",
            new,
        ).fetchone()

    assert made is not None
    assert made.embedding is not None
    assert made.embedding.to_list() == [0.5, 1.0]


def test_a_row_cannot_be_changed(connection: Connection, project_id: UUID) -> None:
    with connection.cursor(row_factory=class_row(projects.Row)) as cursor:
        row = cursor.execute("select * from public.projects where id = %s", (project_id,)).fetchone()

    assert row is not None
    with pytest.raises(AttributeError):
        row.title = "Other"  # type: ignore[misc]  # frozen


def test_keys_that_are_needed_left_out_or_unknown_are_told_by_the_type_checker(user_id: UUID) -> None:
    without_title: projects.Insert = {"user_id": user_id}  # type: ignore[typeddict-item]  # a title is needed
    no_status: projects.Update = {"status": "gone"}  # type: ignore[typeddict-item]  # not a label
    bare_json: projects.Update = {"metadata": {"a": 1}}  # type: ignore[typeddict-item]  # psycopg wants Jsonb
    generated: workspace_files.Update = {"content_hash": b""}  # type: ignore[typeddict-unknown-key]
    vector: chat_message_cache.Insert = {"content_vector": ""}  # type: ignore[typeddict-item, typeddict-unknown-key]
    whole: tasks.Insert = {"user_id": user_id, "prompt": "a"}

    # What a checker reads, a program can ask at run time.
    assert projects.Insert.__required_keys__ - without_title.keys() == {"title"}
    assert generated.keys() - workspace_files.Update.__optional_keys__ == {"content_hash"}
    assert vector.keys() - chat_message_cache.Insert.__optional_keys__ == {"content_vector"}
    assert tasks.Insert.__required_keys__ == whole.keys()
    assert no_status.keys() | bare_json.keys() <= projects.Update.__optional_keys__


def test_json_must_be_marked_for_the_driver(connection: Connection) -> None:
    with pytest.raises(psycopg.ProgrammingError, match="cannot adapt type 'dict'"):
        connection.execute("select %s", ({"a": 1},))
