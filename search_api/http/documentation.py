"""What the API's description says of failures: which problems a route can answer with, and why."""

from __future__ import annotations

from typing import Any

from search_api.problems import MEDIA_TYPE, ProblemDocument

REASONS = {
    400: "The request is not well-formed.",
    401: "There is no valid token.",
    403: "The token does not allow this.",
    404: "There is no such thing, or the caller may not see it.",
    409: "The request contradicts what is stored.",
    412: "What is stored is not what If-Match or If-None-Match expects.",
    413: "The body is too large.",
    422: "The request is not valid.",
    429: "More is asked at once than the service can take; the header Retry-After says when to ask again.",
    503: "The database or the model cannot be reached; the header Retry-After says when to ask again.",
    504: "The database took longer than the statement timeout.",
}
# Every route behind the door reads a token and the database.
ALWAYS = (401, 403, 422, 503, 504)

# Any: FastAPI's own type for the descriptions of responses.
Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int, always: tuple[int, ...] = ALWAYS) -> Responses:
    """The problem responses of a route: these, and those that every route has."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described: Responses = {}
    for status in sorted({*always, *statuses}):
        described[status] = {"description": REASONS[status], "content": content}
        if status == 401:
            described[status]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if status == 503:
            described[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return described


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Add the problem's own schema, and take out the framework's, which is never answered."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = ProblemDocument.model_json_schema()
    for path in document["paths"].values():
        for operation in path.values():
            # Added by the framework where a route does not describe this status: there it is not answered.
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document
