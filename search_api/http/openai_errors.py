"""How failures look on the routes that clients of OpenAI call: in the shape that those clients read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import Scope

from search_api.http.documentation import REASONS, Responses
from search_api.problems import Problem

ROUTES = ("/v1/embeddings", "/v1/models")
ERROR_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
# What every route of these can be answered with.
ALWAYS = (400, 401, 403, 503, 504)


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str = Field(description="What went wrong and what to do about it, for people.")
    type: str = Field(description="The sort of error.", examples=["invalid_request_error"])
    param: str | None = Field(description="The field that is wrong, where it is one.", examples=["dimensions"])
    code: str = Field(description="Stable name of the problem.", examples=["model_not_found"])


class ErrorReply(BaseModel):
    """A failure in the shape that OpenAI's clients read."""

    model_config = ConfigDict(title="OpenAIError")

    error: ErrorDetail


def respond(problem: Problem, scope: Scope, request_id: str) -> Response:
    """The answer to a failed request, in the shape of its route."""
    path = scope["path"]
    if not any(path == route or path.startswith(f"{route}/") for route in ROUTES):
        return problem.response(request_id)
    # Their clients tell a wrong request by 400.
    status = 400 if problem.status == 422 else problem.status
    error = {
        "message": f"{problem.detail.removesuffix('.')}. {problem.hint}",
        "type": ERROR_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
        "param": problem.param,
        "code": problem.code,
    }
    content = json.dumps({"error": error})
    return Response(content, status_code=status, headers=dict(problem.headers), media_type="application/json")


def openai_problems(*statuses: int) -> Responses:
    """The failures of a route, as the API's description tells them."""
    described: Responses = {}
    for status in sorted({*ALWAYS, *statuses}):
        described[status] = {"model": ErrorReply, "description": REASONS[status]}
        if status == 401:
            described[status]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if status in (429, 503):
            described[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return described
