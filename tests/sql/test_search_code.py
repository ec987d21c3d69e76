"""What codingit.search_code_candidates refuses, and whose rows it finds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from uuid import UUID

import psycopg
import pytest

from models.caller import ANON, SERVICE, Caller, user
from models.errors import NotFoundError
from sql.database import Connection
from sql.search import CandidateQuery, Found, Fuzzy, ask_winners, find_candidates
from tests.conftest import become, make_user, refusal

DIMENSIONS = 8
CALL = """select * from codingit.search_code_candidates(
  {model}::smallint, null, null, '{{quokka}}', '{{1}}', 'never', null, null, null, 5)"""
CHUNKS = """
insert into code_embeddings (
  user_id, project_id, file_id, model_id, ordinal, start_line, end_line, language, kind, role, path, symbol, content,
  text_hash, text_embedding, embedding, words, terms
)
select
  file.user_id, file.project_id, file.id, %(model)s, n, n, n, 'python', 'function', 'implementation', file.path,
  'f' || n, 'chunk ' || n, sha256(n::text::bytea), vector.unit, vector.unit, array['quokka', 'word' || n],
  ('{' || codingit.term_id('quokka') || ':1,' || codingit.term_id('word' || n) || ':1}/536870912')::sparsevec
from workspace_files as file
cross join generate_series(1, %(chunks)s) as n
cross join lateral (
  select l2_normalize(
    array(select sin(n * axis) from generate_series(1, %(dimensions)s) as axis)::real[]::halfvec
  ) as unit
) as vector
where file.user_id = %(user)s
"""


@dataclass(frozen=True)
class Index:
    """A generation of the index, and rows in it."""

    connection: Connection
    model: int

    def add(self, user_id: UUID, *, project: UUID | None = None, chunks: int = 3) -> None:
        self.connection.execute(
            "insert into workspace_files (user_id, project_id, path, name, content) values (%s, %s, '/a.py', 'a.py', 'x')",  # noqa: E501
            (user_id, project),
        )
        parameters = {"model": self.model, "chunks": chunks, "dimensions": DIMENSIONS, "user": user_id}
        self.connection.execute(CHUNKS.encode(), parameters)

    def asking(self, *, vector: bool = True) -> CandidateQuery:
        return CandidateQuery(
            model_id=self.model,
            project_id=None,
            vector="[" + ",".join(["0.35"] * DIMENSIONS) + "]" if vector else None,
            terms={"quokka": 1.0},
            fuzzy=Fuzzy.NEVER,
            languages=None,
            kinds=None,
            pattern=None,
            most=50,
        )

    def search(self, user_id: UUID, wanted: CandidateQuery | None = None) -> Found:
        become(self.connection, user(user_id))
        try:
            return find_candidates(self.connection, wanted or self.asking())
        finally:
            become(self.connection, None)

    def project(self, user_id: UUID) -> UUID:
        project_id = uuid.uuid4()
        self.connection.execute("insert into projects (id, user_id, title) values (%s, %s, 'p')", (project_id, user_id))
        return project_id


def make_index(connection: Connection) -> Index:
    row = connection.execute(
        """insert into embedding_models (name, revision, dimensions, chunker_version, active)
        values ('stub', %s, %s, 1, true) returning id""",
        (uuid.uuid4().hex, DIMENSIONS),
    ).fetchone()
    assert row is not None
    return Index(connection, row[0])


@pytest.fixture
def index(connection: Connection) -> Index:
    connection.execute("update embedding_models set active = false")
    return make_index(connection)


@pytest.fixture
def alice(connection: Connection) -> UUID:
    return make_user(connection)


@pytest.mark.parametrize(("caller", "state"), [(ANON, "42501"), (SERVICE, "42501"), (user(uuid.uuid4()), None)])
def test_only_signed_in_users_may_search(index: Index, caller: Caller, state: str | None) -> None:
    assert refusal(index.connection, caller, CALL.format(model=index.model)) == state


def test_a_caller_without_a_subject_is_refused(index: Index) -> None:
    claims = "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', '{}', true)"
    index.connection.execute(claims.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        index.connection.execute(CALL.format(model=index.model).encode())


def test_what_the_search_stands_on_is_closed(index: Index, alice: UUID) -> None:
    call = f"""select codingit.shortlist_code(
      '{uuid.uuid4()}', {index.model}::smallint, null, null, null, null, null, null, null, '{{x}}', 9, 9)"""
    assert refusal(index.connection, user(alice), call) == "42501"


def test_another_generation_than_the_active_one_is_refused(index: Index, alice: UUID) -> None:
    assert refusal(index.connection, user(alice), CALL.format(model=index.model + 1)) == "CI001"
    index.connection.execute("update embedding_models set active = false")
    assert refusal(index.connection, user(alice), CALL.format(model=index.model)) == "CI001"


@pytest.mark.parametrize("project", [False, True])
def test_the_same_code_of_another_user_is_never_found(index: Index, alice: UUID, project: bool) -> None:
    bob = make_user(index.connection)
    for owner in (alice, bob):
        index.add(owner, project=index.project(owner) if project else None)
    ids = {owner: {each.id for each in index.search(owner).candidates} for owner in (alice, bob)}
    assert {len(found) for found in ids.values()} == {3}
    assert ids[alice].isdisjoint(ids[bob])
    assert index.search(make_user(index.connection)).candidates == []


def test_rows_of_another_user_are_not_read_as_winners(index: Index, alice: UUID) -> None:
    """The second wall: were the function to let an id through, the policies would not."""
    index.add(alice)
    ids = [each.id for each in index.search(alice).candidates]
    become(index.connection, user(make_user(index.connection)))
    assert ask_winners(index.connection, ids, None)() == {}
    become(index.connection, user(alice))
    assert set(ask_winners(index.connection, ids, None)()) == set(ids)


def test_a_project_limits_the_search_to_itself(index: Index, alice: UUID) -> None:
    project, other = index.project(alice), index.project(alice)
    index.add(alice, project=project)
    wanted = index.asking()
    assert len(index.search(alice, replace(wanted, project_id=project)).candidates) == 3
    assert index.search(alice, replace(wanted, project_id=other)).candidates == []


def test_a_project_that_is_unknown_deleted_or_anothers_does_not_exist(index: Index, alice: UUID) -> None:
    bobs, deleted = index.project(make_user(index.connection)), index.project(alice)
    index.connection.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", (deleted,))
    for unknown in (uuid.uuid4(), bobs, deleted):
        with pytest.raises(NotFoundError):
            index.search(alice, replace(index.asking(), project_id=unknown))


def test_a_deleted_project_is_left_out_of_the_whole(index: Index, alice: UUID) -> None:
    project = index.project(alice)
    index.add(alice, project=project)
    assert len(index.search(alice).candidates) == 3
    index.connection.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", (project,))
    assert index.search(alice).candidates == []
