"""The migrated tables, types, triggers and functions are the published ones; what differs is listed with its reason."""

from __future__ import annotations

import psycopg
import pytest

from sql.database import Connection
from tests.sql.published import Facts, migrated_facts, published_facts, published_tables

# What the published list has and ours tells otherwise.
CHANGED: dict[str, dict[str, str | None]] = {
    "code_embeddings": {
        # Embeddings of two models with different dimensions live side by side, as halves inside the row.
        "column embedding vector(1536)": "column embedding halfvec",
        # Trained when there is something to train on: the worker makes partial ones, for a model and a user.
        "CREATE INDEX idx_code_embeddings_embedding ON USING ivfflat (embedding vector_cosine_ops)": None,
    },
    "chat_message_cache": {
        # Follows the content by itself; the published default, an expression over a column, cannot be made.
        "column content_vector tsvector": "column content_vector tsvector generated = codingit.english_words(content)",
    },
}
# Conditions beyond the published ones: each could refuse a client what it could do before.
CONDITIONS = {
    # What save_message_and_update_project upserts on.
    "messages": {"constraint UNIQUE (project_id, sequence_number)"},
    # It has a default.
    "chat_message_cache": {"constraint CHECK ((kind = ANY (ARRAY['message'::text, 'tool'::text])))"},
    # Only create_api_key fills it.
    "api_keys": {"constraint FOREIGN KEY (made_by) REFERENCES api_keys(id) ON DELETE CASCADE"},
    # They speak of columns that only the indexer may write.
    "code_embeddings": {
        "constraint FOREIGN KEY (file_id) REFERENCES workspace_files(id) ON DELETE CASCADE",
        "constraint FOREIGN KEY (model_id) REFERENCES embedding_models(id)",
        "constraint UNIQUE (file_id, model_id, ordinal) DEFERRABLE INITIALLY DEFERRED",
        "constraint CHECK (((file_id IS NULL) OR (num_nulls(model_id, ordinal, start_line, end_line, kind, role, path,"
        " text_hash, text_embedding, words, terms, embedding) = 0)))",
    },
}
# Columns that are ours, must not be null, have no default, and that a trigger fills before it is asked.
FILLED = {"chat_message_cache": {"column user_id uuid not null"}}

ENUMS = {
    "subscription_status_enum": ["active", "canceled", "past_due", "unpaid", "incomplete"],
    "project_status_enum": ["active", "archived", "deleted"],
    "message_role_enum": ["user", "assistant"],
    "task_status_enum": ["pending", "processing", "completed", "error"],
}
USAGE_ARGUMENTS = "feature_name text, team_id_param uuid, user_id_param uuid"
FUNCTIONS = {
    "update_updated_at_column": ("", "trigger"),
    "save_message_and_update_project": (
        "project_id_param uuid, role_param text, content_param jsonb, object_data_param jsonb DEFAULT NULL::jsonb,"
        " result_data_param jsonb DEFAULT NULL::jsonb, sequence_number_param integer DEFAULT NULL::integer",
        "void",
    ),
    "can_use_feature": (USAGE_ARGUMENTS, "boolean"),
    "increment_usage": (USAGE_ARGUMENTS, "boolean"),
    "initialize_team_usage_limits": ("team_id_param uuid", "void"),
    "soft_delete_project": ("project_id uuid", "void"),
    "search_user_messages": (
        "query_text text, user_id_param uuid",
        "TABLE(content text, created_at timestamp with time zone, session_id text, similarity_score real, title text)",
    ),
    "get_user_chat_summary": (
        "user_id_param uuid",
        "TABLE(total_sessions integer, total_messages integer, total_tokens integer, total_cost numeric,"
        " avg_session_length_minutes numeric, avg_daily_sessions numeric, most_active_hour integer,"
        " most_active_day integer, favorite_models json, favorite_templates json, model_usage_breakdown json,"
        " template_usage_breakdown json)",
    ),
}


@pytest.fixture(scope="module")
def published(shared_url: str) -> Facts:
    with psycopg.connect(shared_url) as connection:
        facts = published_facts(connection)
        connection.rollback()
    return facts


@pytest.fixture(scope="module")
def migrated(shared_url: str) -> Facts:
    with psycopg.connect(shared_url) as connection:
        return migrated_facts(connection)


def test_the_list_has_the_32_tables() -> None:
    assert len(set(published_tables())) == len(published_tables()) == 32


@pytest.mark.parametrize("table", published_tables())
def test_a_table_has_what_was_published(table: str, published: Facts, migrated: Facts) -> None:
    changed = CHANGED.get(table, {})

    assert published[table] - migrated[table] == set(changed)
    assert {ours for ours in changed.values() if ours} <= migrated[table]


@pytest.mark.parametrize("table", published_tables())
def test_what_a_table_has_beyond_lets_clients_go_on(table: str, published: Facts, migrated: Facts) -> None:
    ours = migrated[table] - published[table] - {change for change in CHANGED.get(table, {}).values() if change}

    demanding = {fact for fact in ours if fact.startswith("column ") and "not null" in fact and " = " not in fact}

    assert {fact for fact in ours if fact.startswith("constraint ")} == CONDITIONS.get(table, set())
    assert demanding == FILLED.get(table, set())
    assert not {fact for fact in ours if fact.startswith("CREATE UNIQUE INDEX")}


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_its_values_in_order(name: str, connection: Connection) -> None:
    found = connection.execute(
        "select enumlabel from pg_enum where enumtypid = ('public.' || %s)::regtype order by enumsortorder", (name,)
    )

    assert [row[0] for row in found.fetchall()] == ENUMS[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_arguments_and_result(name: str, connection: Connection) -> None:
    found = connection.execute(
        "select pg_get_function_arguments(oid), pg_get_function_result(oid) from pg_proc "
        "where pronamespace = 'public'::regnamespace and proname = %s",
        (name,),
    )

    assert found.fetchall() == [FUNCTIONS[name]]


def test_every_table_with_updated_at_is_stamped_by_its_trigger(connection: Connection, migrated: Facts) -> None:
    stamped = connection.execute(
        "select tgrelid::regclass::text from pg_trigger "
        "where tgfoid = 'public.update_updated_at_column()'::regprocedure and tgenabled = 'O' and tgtype = 19"
    )
    having = {
        table for table, facts in migrated.items() if any(fact.startswith("column updated_at ") for fact in facts)
    }

    assert len(having) == 22
    assert {row[0] for row in stamped.fetchall()} == having


def test_the_extensions_are_those_that_are_used(connection: Connection) -> None:
    found = connection.execute("select extname from pg_extension where extname <> 'plpgsql' order by extname")

    assert [row[0] for row in found.fetchall()] == ["btree_gin", "pg_trgm", "vector"]


@pytest.mark.parametrize(("function", "result"), [("uid", "uuid"), ("role", "text"), ("jwt", "jsonb")])
def test_the_auth_schema_has_what_the_platform_has(function: str, result: str, connection: Connection) -> None:
    returns = connection.execute(
        "select format_type(prorettype, null) from pg_proc where oid = ('auth.' || %s)::regproc", (function,)
    )

    assert returns.fetchone() == (result,)
    columns = connection.execute(
        "select attname from pg_attribute where attrelid = 'auth.users'::regclass and attnum > 0 and not attisdropped"
    )
    assert {row[0] for row in columns.fetchall()} >= {"id", "email", "created_at", "updated_at"}
