"""Who asks the API in stories about teams: a plain member who owns the rows, others of the team, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import UUID

from starlette.testclient import TestClient

from tests.search_api.api import Api, token_of

TEAM_ROLES = {"owner": "member", "member": "member", "admin": "admin", "chief": "owner"}
EVERYBODY = (*TEAM_ROLES, "stranger")


@dataclass(frozen=True, slots=True)
class People:
    """A client and an id for each name in EVERYBODY, and the team that all but the stranger are in."""

    team: UUID
    clients: dict[str, TestClient]
    ids: dict[str, UUID]

    def __getitem__(self, name: str) -> TestClient:
        return self.clients[name]


@contextmanager
def people_of(api: Api) -> Iterator[People]:
    ids = {name: api.sign_up() for name in EVERYBODY}
    team: UUID = api.execute("insert into teams (name) values ('t') returning id")[0][0]
    for name, role in TEAM_ROLES.items():
        api.execute("insert into team_members (team_id, user_id, role) values (%s, %s, %s)", team, ids[name], role)
    with ExitStack() as stack:
        yield People(team, {name: stack.enter_context(api.client(token_of(ids[name]))) for name in EVERYBODY}, ids)
