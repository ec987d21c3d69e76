"""How a program asks the running service over HTTP: one description of the routes, a client that waits and one that
is awaited, typed replies, patience while the service is away, errors as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search_api.client.api_keys import ApiKey, NewApiKey
from search_api.client.asking import Ask, BadReplyError, Page, to_document
from search_api.client.embeddings import EmbeddingsAnswer, ModelsAnswer, OfferedModel, Usage
from search_api.client.files import FileEntry, StoredFile
from search_api.client.index import Facet, Facets, IndexFailure, IndexSkip, IndexStatus
from search_api.client.projects import Project, ProjectMessage
from search_api.client.searching import (
    ChatAnswer,
    ChatIndexFreshness,
    ChatResult,
    CodeAnswer,
    CodeMatch,
    CodeResult,
    EverythingAnswer,
    EverythingResult,
    IndexFreshness,
    Match,
    NearbyMessage,
)
from search_api.client.sessions import AddedMessage, AddedMessages, ChatSession, ImportOutcome, SessionMessage
from search_api.client.sign_in import SignedIn, SignInCode
from search_api.client.sync import ApiClient
from search_api.client.tasks import ListedTask, Task, TaskLogs
from search_api.client.teams import DefaultTeam, Team, TeamMember

if TYPE_CHECKING:
    from search_api.client.asynchronous import AsyncApiClient

__all__ = [
    "AddedMessage",
    "AddedMessages",
    "ApiClient",
    "ApiKey",
    "Ask",
    "AsyncApiClient",
    "BadReplyError",
    "ChatAnswer",
    "ChatIndexFreshness",
    "ChatResult",
    "ChatSession",
    "CodeAnswer",
    "CodeMatch",
    "CodeResult",
    "DefaultTeam",
    "EmbeddingsAnswer",
    "EverythingAnswer",
    "EverythingResult",
    "Facet",
    "Facets",
    "FileEntry",
    "ImportOutcome",
    "IndexFailure",
    "IndexFreshness",
    "IndexSkip",
    "IndexStatus",
    "ListedTask",
    "Match",
    "ModelsAnswer",
    "NearbyMessage",
    "NewApiKey",
    "OfferedModel",
    "Page",
    "Project",
    "ProjectMessage",
    "SessionMessage",
    "SignInCode",
    "SignedIn",
    "StoredFile",
    "Task",
    "TaskLogs",
    "Team",
    "TeamMember",
    "Usage",
    "to_document",
]


def __getattr__(name: str) -> object:
    # An event loop takes as long to load as everything else here, and the command line has no use for it.
    if name == "AsyncApiClient":
        from search_api.client.asynchronous import AsyncApiClient

        return AsyncApiClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
