"""Who asks: the role a transaction runs under and the claims that row level security reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    """The database roles that a request can act under."""

    ANON = "anon"
    AUTHENTICATED = "authenticated"
    SERVICE = "service_role"


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified identity: `user_id` is None for anon and for the service itself."""

    user_id: UUID | None
    role: Role
    # The token's further claims, JSON as it came; row level security may read any of them.
    claims: Mapping[str, Any] = field(default_factory=dict)

    def claims_json(self) -> str:
        """The value of `request.jwt.claims`; `sub` and `role` are ours, whatever the token said."""
        subject = {} if self.user_id is None else {"sub": str(self.user_id)}
        return json.dumps({**self.claims, **subject, "role": self.role.value})


SERVICE = Caller(None, Role.SERVICE)
ANON = Caller(None, Role.ANON)


def user(user_id: UUID) -> Caller:
    """The signed-in user with this id."""
    return Caller(user_id, Role.AUTHENTICATED)
