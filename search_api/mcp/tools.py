"""A call of a tool by name: who may, what is refused and how that is said, always with what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from models.errors import ForbiddenError, InvalidRequestError, NotFoundError, TimedOutError, UnavailableError
from search_api.auth import Principal
from search_api.mcp.arguments import Arguments
from search_api.mcp.chat_tool import answer_search_chat
from search_api.mcp.code_tool import answer_search_code
from search_api.mcp.definitions import BY_NAME
from search_api.mcp.desk import Desk
from search_api.mcp.file_tool import answer_read_file
from search_api.mcp.replies import ToolReply
from search_api.mcp.status_tool import answer_index_status
from sql.failures import translate

DEFECTS = logging.getLogger("codingit.defects")

# Any: each tool takes the arguments of its own definition, which the table cannot say.
ANSWERS: Mapping[str, Callable[[Desk, Any], str]] = {
    "search_code": answer_search_code,
    "search_chat": answer_search_chat,
    "read_file": answer_read_file,
    "index_status": answer_index_status,
}
MOST_COMPLAINTS = 5
# What the API's hints say in words of HTTP.
HINTS: Mapping[str, str] = {
    InvalidRequestError.hint: "Compare the arguments with the tool's schema.",
    TimedOutError.hint: "Narrow it with path or language, or ask again.",
    UnavailableError.hint: "Ask again in a moment.",
    NotFoundError.hint: "index_status names the projects; search_code finds files by their path.",
    ForbiddenError.hint: "Go on without this tool, and tell the user that the key does not allow it.",
}
# The tools' names of what the API calls otherwise.
NAMES = {"path_glob": "path", "project_id": "project", "languages": "language"}


def call_tool(desk: Desk, principal: Principal, name: str, arguments: Mapping[str, object] | None) -> ToolReply:
    """Answer a call; whatever goes wrong becomes a reply that says so and what to do."""
    definition = BY_NAME.get(name)
    if definition is None:
        return _failure(f"There is no tool '{name[:100]}'.", f"There are: {', '.join(BY_NAME)}.")
    try:
        desk = replace(desk, caller=principal.require_user(definition.scope))
        asked = definition.arguments.model_validate(arguments or {})
        return ToolReply(ANSWERS[name](desk, asked))
    except ValidationError as error:
        return _failure(_complaints(error.errors()), _expected(definition.arguments))
    except Exception as error:
        known = translate(error)
        if known is None:
            DEFECTS.exception("tool %s failed", name)
            return _failure(
                "The service failed on this call.", "Try once more with a simpler call; then go on without."
            )
        return _failure(known.detail, HINTS.get(known.hint, known.hint))


def _failure(happened: str, advice: str) -> ToolReply:
    text = f"{happened}\n{advice}"
    for theirs, ours in NAMES.items():
        text = text.replace(theirs, ours)
    return ToolReply(text, failed=True)


def _complaints(errors: Sequence[Any]) -> str:  # Any: pydantic's own details
    lines = []
    for error in errors[:MOST_COMPLAINTS]:
        where = ".".join(str(step) for step in error["loc"])
        message = str(error["msg"]).removeprefix("Value error, ")
        lines.append(f"{where}: {message}." if where else message)
    return " ".join(lines)


def _expected(arguments: type[Arguments]) -> str:
    required = [name for name, each in arguments.model_fields.items() if each.is_required()]
    optional = [name for name, each in arguments.model_fields.items() if not each.is_required()]
    needs = f"It needs {' and '.join(required)}, and takes" if required else "It takes"
    return f"{needs} {', '.join(optional)}."
