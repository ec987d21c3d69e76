"""A database to measure in: a cluster of the benchmark's own, kept between runs when a folder is named."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from indexer.walking import FoundFile, ReadFile, read_file, walk_directory
from sql.migrating import migrate
from sql.server import EmbeddedServer


@dataclass(frozen=True, slots=True)
class Workspace:
    """A migrated database, and the user whose code is measured."""

    url: str
    user_id: UUID

    def put_directory(self, root: Path, project: str) -> UUID:
        """Write a directory's files as a project, in place of what the project held; its id."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "select id from projects where user_id = %s and title = %s", (self.user_id, project)
            ).fetchone()
            project_id: UUID = row[0] if row else uuid.uuid4()
            if row is None:
                connection.execute(
                    "insert into projects (id, user_id, title) values (%s, %s, %s)", (project_id, self.user_id, project)
                )
            paths = []
            for file in read_directory(root):
                path = f"/{project}/{file.found.path}"
                paths.append(path)
                connection.execute(
                    "insert into workspace_files (user_id, project_id, path, name, content) "
                    "values (%s, %s, %s, %s, %s) "
                    "on conflict (user_id, path) do update set content = excluded.content "
                    "where workspace_files.content is distinct from excluded.content",
                    (self.user_id, project_id, path, path.rsplit("/", 1)[-1], file.text),
                )
            connection.execute(
                "delete from workspace_files where project_id = %s and path <> all (%s)", (project_id, paths)
            )
        return project_id


def read_directory(root: Path) -> Iterator[ReadFile]:
    """The files of a directory that the indexer would read."""
    for found in walk_directory(root):
        if isinstance(found, FoundFile):
            file = read_file(found)
            if isinstance(file, ReadFile):
                yield file


@contextmanager
def workspace(folder: Path | None = None) -> Iterator[Workspace]:
    """Start a cluster, migrate it, and find or make the user."""
    with tempfile.TemporaryDirectory(prefix="codingit-bench-") as scratch:
        Path(scratch).chmod(0o755)
        with EmbeddedServer((folder or Path(scratch)) / "pg").running() as address:
            migrate(address.url(), only_when_changed=True)
            yield Workspace(address.url(), _user(address.url()))


def _user(url: str) -> UUID:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "insert into auth.users (id, email) values (gen_random_uuid(), 'bench@localhost') "
            "on conflict (email) do update set email = excluded.email returning id"
        ).fetchone()
    if row is None:
        raise RuntimeError("no user was made")
    user_id: UUID = row[0]
    return user_id
