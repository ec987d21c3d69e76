"""Which tools there are, and when a model is to use which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from search_api.auth import Scope
from search_api.mcp.arguments import Arguments, IndexStatus, ReadFile, SearchChat, SearchCode

INSTRUCTIONS = (
    "Search over this workspace's code and chats, by meaning and by words at once. Ask search_code before grepping or "
    "opening files: it answers questions and finds names, and shows the code that matters within a token budget. Then "
    "read_file for what is missing around it."
)

# A JSON schema, which can hold anything.
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Definition:
    """A tool as it is listed, with the scope that an API key must have for it."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    scope: Scope
    # A field that is only listed where the protocol itself has no sessions.
    session_field: str | None = None

    def schema(self, *, with_session: bool) -> Schema:
        """The arguments' schema without what pydantic says twice."""
        schema: Schema = _plain(self.arguments.model_json_schema())
        schema.pop("description", None)
        if self.session_field and not with_session:
            schema["properties"].pop(self.session_field, None)
        return schema


DEFINITIONS = (
    Definition(
        "search_code",
        "Search code",
        "Find code by what it does, by name (misspelt too), by path, by exact phrase or regular expression. Use it "
        "first for any question about the code base; one call replaces several greps. Replies with the best functions, "
        "classes and sections as `path:first-last kind name` with their code, then names further ones. Code that this "
        "session has been sent is named, not repeated.",
        SearchCode,
        Scope.SEARCH,
        session_field="session",
    ),
    Definition(
        "search_chat",
        "Search chats",
        "Find messages of earlier conversations in this workspace: decisions, errors and their fixes, what the user "
        "asked for. Use it when the task refers to the past or the reason for something is not in the code.",
        SearchChat,
        Scope.SEARCH,
    ),
    Definition(
        "read_file",
        "Read a file",
        "Read lines of a file, numbered, as it is now. Use it for what search_code named or cut; give lines to read "
        "only those.",
        ReadFile,
        Scope.READ_FILES,
    ),
    Definition(
        "index_status",
        "Index status",
        "Which projects there are, how many files are indexed, pending, failed or left out and why. Use it when "
        "something that must exist is not found.",
        IndexStatus,
        Scope.READ_FILES,
    ),
)
BY_NAME: Mapping[str, Definition] = {each.name: each for each in DEFINITIONS}


def allowed_definitions(scopes: Collection[str] | None) -> list[Definition]:
    """Those that a key with these scopes may use; all for None."""
    return [each for each in DEFINITIONS if scopes is None or each.scope in scopes]


def _plain(node: Any) -> Any:  # Any: JSON
    """The same schema without titles, defaults of null and the alternative null: a field that is left out says it."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {
        name: {each: _plain(value) for each, value in part.items()} if name == "properties" else _plain(part)
        for name, part in node.items()
        if not (name == "title" and isinstance(part, str)) and not (name == "default" and part is None)
    }
    others = [each for each in plain.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:
        del plain["anyOf"]
        plain = {**others[0], **plain}
    # What the checks say in patterns, a model need not read.
    plain.pop("pattern", None)
    return plain
