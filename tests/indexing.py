"""What the tests of the index say and ask: files written by plain SQL, and the index's whole content compared."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any
from uuid import UUID

import psycopg

from indexer.batching import BatchReport
from indexer.worker import Worker
from models.encoder import Encoder
from sql.database import Database


def execute(url: str, statement: str, *parameters: object) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode(), parameters or None)


def ask(url: str, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode(), parameters or None).fetchall()


def new_user(url: str, email: str | None = None) -> UUID:
    user_id = uuid.uuid4()
    execute(url, "insert into auth.users (id, email) values (%s, %s)", user_id, email or f"{user_id}@example.org")
    return user_id


def new_project(url: str, user_id: UUID, title: str = "project") -> UUID:
    project_id = uuid.uuid4()
    execute(url, "insert into projects (id, user_id, title) values (%s, %s, %s)", project_id, user_id, title)
    return project_id


def put_file(url: str, user_id: UUID, path: str, content: str, project_id: UUID | None = None) -> UUID:
    """Write a file as any client would: one statement of SQL."""
    rows = ask(
        url,
        """insert into workspace_files (user_id, project_id, path, name, content) values (%s, %s, %s, %s, %s)
        on conflict (user_id, path) do update set content = excluded.content, project_id = excluded.project_id
        returning id""",
        user_id,
        project_id,
        path,
        path.rsplit("/", 1)[-1],
        content,
    )
    file_id: UUID = rows[0][0]
    return file_id


def index_now(url: str, encoder: Encoder) -> BatchReport:
    """Let one worker index everything that is stale."""
    with Database(url, vectors=True, max_size=3) as database:
        return Worker(database, encoder).run_until_idle()


def index_content(url: str) -> set[tuple[Any, ...]]:
    """Everything that searches can see of the active generation, without ids and times."""
    rows = ask(
        url,
        """select chunk.user_id, chunk.path, chunk.ordinal, chunk.start_line, chunk.end_line, chunk.language,
          chunk.kind, chunk.role, chunk.symbol, chunk.defines, chunk.text_hash, chunk.words, chunk.terms::text,
          chunk.embedding::text, chunk.content
        from code_embeddings as chunk
        join embedding_models as model on model.id = chunk.model_id and model.active
        where chunk.file_id is not null""",
    )
    content = [tuple(tuple(value) if isinstance(value, list) else value for value in row) for row in rows]
    assert len(content) == len(set(content)), "the index holds a chunk twice"
    return set(content)


def lexicon(url: str) -> Counter[tuple[Any, ...]]:
    """The lexicon as searches count it, without terms that nothing holds."""
    rows = ask(
        url,
        """select user_id, project_id, model_id, term, sum(df)::int from (
          select user_id, project_id, model_id, term, df from code_terms
          union all select user_id, project_id, model_id, term, df from code_term_deltas
        ) as counted group by 1, 2, 3, 4 having sum(df) <> 0""",
    )
    return Counter({row[:4]: row[4] for row in rows})


def recounted_lexicon(url: str) -> Counter[tuple[Any, ...]]:
    rows = ask(
        url,
        """select user_id, project_id, model_id, term, count(*)::int
        from code_embeddings, unnest(words || ''::text) as term where file_id is not null group by 1, 2, 3, 4""",
    )
    return Counter({row[:4]: row[4] for row in rows})


def orphans(url: str) -> int:
    """Chunks and states whose file is gone; foreign keys should make it zero, whatever happened."""
    rows = ask(
        url,
        """select
          (select count(*) from code_embeddings c where file_id is not null
             and not exists (select from workspace_files f where f.id = c.file_id))
          + (select count(*) from code_index_state s
             where not exists (select from workspace_files f where f.id = s.file_id))""",
    )
    return int(rows[0][0])
