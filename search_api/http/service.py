"""What routes may ask for: the service's parts, the caller, and the database for this request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from models.caller import Caller
from models.reranker import Reranker
from search_api.active_encoder import ActiveEncoder
from search_api.auth import Authenticator, Scope
from search_api.embedding import Embeddings
from search_api.encoding_queue import EncodingQueue
from search_api.http.metrics import Metrics
from search_api.http.visit import visit_of
from search_api.http.warmup import Warmup
from search_api.settings import Settings
from search_api.sign_in_codes import SignInCodes
from sql.database import Database

# The door has checked the token already; this only tells the API's description that there is one.
BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT or API key", description="A user's JWT, or an API key (cik_...)."
)


@dataclass(frozen=True, slots=True)
class Service:
    """The collaborators that the app was made with."""

    database: Database
    encoder: ActiveEncoder
    settings: Settings
    metrics: Metrics
    warmup: Warmup
    reranker: Reranker | None
    embeddings: Embeddings
    queue: EncodingQueue
    authenticator: Authenticator
    codes: SignInCodes = field(default_factory=SignInCodes)


# Dependencies that wait for nothing are coroutines: the framework runs all others in a thread, each in turn.
async def service_of(request: Request) -> Service:
    return _service(request)


async def database_of(request: Request) -> Database:
    """The database, for as long as the client waits."""
    return _service(request).database.cancellable(visit_of(request.scope).cancellation)


def user_with(*scopes: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the signed-in user, who may do this by any of these scopes."""

    async def require_user(request: Request, _: Annotated[object, Security(BEARER)]) -> Caller:
        return visit_of(request.scope).require_principal().require_user(*scopes)

    return require_user


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


TheService = Annotated[Service, Depends(service_of)]
TheDatabase = Annotated[Database, Depends(database_of)]
Searcher = Annotated[Caller, Depends(user_with(Scope.SEARCH))]
Reader = Annotated[Caller, Depends(user_with(Scope.READ_FILES))]
Writer = Annotated[Caller, Depends(user_with(Scope.WRITE_FILES))]
# Who syncs files finds and makes the project that they go into, and may do no more to it.
ProjectReader = Annotated[Caller, Depends(user_with(Scope.READ_PROJECTS, Scope.READ_FILES))]
ProjectMaker = Annotated[Caller, Depends(user_with(Scope.WRITE_PROJECTS, Scope.WRITE_FILES))]
ProjectWriter = Annotated[Caller, Depends(user_with(Scope.WRITE_PROJECTS))]
ChatReader = Annotated[Caller, Depends(user_with(Scope.READ_CHATS))]
ChatWriter = Annotated[Caller, Depends(user_with(Scope.WRITE_CHATS))]
TaskReader = Annotated[Caller, Depends(user_with(Scope.READ_TASKS))]
TaskWriter = Annotated[Caller, Depends(user_with(Scope.WRITE_TASKS))]
Embedder = Annotated[Caller, Depends(user_with(Scope.EMBED))]
TeamReader = Annotated[Caller, Depends(user_with(Scope.READ_TEAMS))]
TeamWriter = Annotated[Caller, Depends(user_with(Scope.WRITE_TEAMS))]
KeyReader = Annotated[Caller, Depends(user_with(Scope.READ_KEYS))]
KeyWriter = Annotated[Caller, Depends(user_with(Scope.WRITE_KEYS))]
