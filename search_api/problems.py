"""What a failed request is answered with: one table from errors to RFC 9457 problem documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError, ResponseValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from models.errors import CodingitError, TooManyRequestsError, UnauthenticatedError, UnavailableError
from sql.failures import translate

MEDIA_TYPE = "application/problem+json"
# One wrong field a line is help; a thousand of them are a reply larger than the request.
MOST_COMPLAINTS = 10

# Refusals that the framework makes itself, before any code of ours is asked.
FRAMEWORK: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "Send a well-formed HTTP request."),
    404: ("no_such_route", "The routes are listed at /openapi.json."),
    405: ("method_not_allowed", "The header Allow names the methods of this route."),
    413: ("too_large", "Send it in smaller parts."),
    415: ("unsupported_media_type", "Send 'Content-Type: application/json'."),
    422: ("invalid_request", "Compare the request with the schema at /openapi.json."),
}


class ProblemDocument(BaseModel):
    """An RFC 9457 problem: `code` is stable and meant for programs, `detail` and `hint` for people."""

    model_config = ConfigDict(title="Problem")

    type: str = Field("about:blank", description="Always about:blank; `code` tells problems apart.")
    title: str = Field(description="The status in words.", examples=["Unprocessable Entity"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What went wrong.", examples=["query: String should have at least 1 character"])
    code: str = Field(description="Stable name of the problem.", examples=["invalid_request"])
    hint: str = Field(description="What to do about it.")
    request_id: str = Field(description="Names this request in the service's log.")


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure, ready to be sent."""

    status: int
    code: str
    detail: str
    hint: str
    headers: Mapping[str, str] = field(default_factory=dict)
    param: str | None = None

    def response(self, request_id: str) -> Response:
        document = ProblemDocument(
            type="about:blank",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=_printable(self.detail),
            code=self.code,
            hint=self.hint,
            request_id=request_id,
        )
        return Response(
            document.model_dump_json(), status_code=self.status, headers=dict(self.headers), media_type=MEDIA_TYPE
        )


INTERNAL = Problem(500, CodingitError.code, CodingitError().detail, CodingitError.hint)


def describe_problem(error: BaseException) -> Problem | None:
    """The problem that an error means to the caller, or None when it is a defect of ours: log it, answer INTERNAL."""
    if isinstance(error, RequestValidationError):
        complaints = error.errors()
        return Problem(422, "invalid_request", _complaints(complaints), FRAMEWORK[422][1], param=_field(complaints))
    if isinstance(error, ResponseValidationError):
        return None
    if isinstance(error, HTTPException):
        return _describe_refusal(error)
    ours = translate(error)
    if ours is None or type(ours) is CodingitError:
        return None
    return Problem(
        ours.status, ours.code, ours.detail, ours.hint, _headers_of(ours), param=getattr(ours, "param", None)
    )


def _describe_refusal(error: HTTPException) -> Problem:
    code, hint = FRAMEWORK.get(error.status_code, ("refused", "See the status."))
    return Problem(error.status_code, code, str(error.detail), hint, error.headers or {})


def _headers_of(error: CodingitError) -> dict[str, str]:
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, UnavailableError | TooManyRequestsError):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _complaints(errors: Sequence[Mapping[str, Any]]) -> str:
    """`files.0.path: Field required; ...`, without the values that were sent."""
    lines = [_complaint(error) for error in errors[:MOST_COMPLAINTS]]
    if len(errors) > MOST_COMPLAINTS:
        lines.append(f"and {len(errors) - MOST_COMPLAINTS} more")
    return "; ".join(lines)


def _field(errors: Sequence[Mapping[str, Any]]) -> str | None:
    """The field of the first complaint; the first step says only body, query or path."""
    steps: Sequence[object] = errors[0]["loc"] if errors else ()
    return str(steps[1]) if len(steps) > 1 and isinstance(steps[1], str) else None


def _complaint(error: Mapping[str, Any]) -> str:
    # The first step says body, query or path, which only tells something when nothing follows.
    steps = [str(step) for step in error["loc"]]
    where = ".".join(steps[1:] or steps)
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}"


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")[:2000]
