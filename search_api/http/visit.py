"""What one request carries from middleware to route: its name, who asks, and the means to give it up."""

from __future__ import annotations

import re
import uuid
from asyncio import Future
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope

from models.errors import UnauthenticatedError
from search_api.auth import Principal
from sql.database import Cancellation

KEY = "codingit.visit"
# A proxy's own id is kept when it is one; anything else could write into the log.
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Visit:
    """One request; `principal` is None until the door has let it in, and on public routes."""

    request_id: str
    principal: Principal | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)
    given_up: bool = False
    # What the route waits for, to be let go of when the client leaves.
    awaited: Future[Any] | None = None

    def give_up(self) -> None:
        """The client has left: nobody reads an answer any more."""
        self.given_up = True
        if self.awaited is not None:
            self.awaited.cancel()

    def require_principal(self) -> Principal:
        if self.principal is None:
            raise UnauthenticatedError()
        return self.principal


def open_visit(scope: Scope) -> Visit:
    """Start a visit in the scope, named as the header X-Request-Id says or with a new name."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    request_id = given.decode() if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    visit = Visit(request_id)
    scope[KEY] = visit
    return visit


def visit_of(scope: Scope) -> Visit:
    visit = scope[KEY]
    if not isinstance(visit, Visit):
        raise RuntimeError("the request did not come in by the middleware")
    return visit
