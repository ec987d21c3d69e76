"""How often and after which pause a request is sent again, and which exception a refusal becomes."""

from __future__ import annotations

import random
from typing import Any, Generic, TypeVar

import httpx
import msgspec

from models import errors
from models.errors import CodingitError, InvalidRequestError, TooManyRequestsError, UnavailableError
from search_api.client.asking import Ask

# A service that starts answers within seconds; who waits longer wants to be told.
MOST_ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
# Who is asked to come back later than this is told so instead of being kept waiting.
LONGEST_WAIT_SECONDS = 60.0
# The service ends each stream after a while, to look at the token again.
SECONDS_BETWEEN_STREAMS = 0.5
TIMEOUT = httpx.Timeout(60.0, connect=5.0)

T = TypeVar("T")


class Attempts(Generic[T]):
    """The attempts at one request, without sending any: told what came of each, it says what to do next."""

    def __init__(self, ask: Ask[T], most: int, base_url: str) -> None:
        self.ask = ask
        self._left = most
        self._base_url = base_url
        self._pause = FIRST_PAUSE_SECONDS

    def read(self, response: httpx.Response) -> T:
        """The reply. Raises the service's refusal."""
        refuse_failure(response)
        return self.ask.reading.read(response.content, response.headers.get("ETag"))

    def pause_after(self, error: Exception) -> float:
        """Seconds until the next attempt. Raises the failure when there is to be none."""
        failure, wait = self._judge(error)
        self._left -= 1
        if self._left <= 0 or wait > LONGEST_WAIT_SECONDS:
            raise failure from error
        # Spread out, so that many clients do not come back in the same moment.
        pause = max(wait, self._pause * random.uniform(0.5, 1.0))  # noqa: S311
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        return pause

    def _judge(self, error: Exception) -> tuple[CodingitError, float]:
        if isinstance(error, UnavailableError | TooManyRequestsError):
            # Refused before anything was done.
            return error, float(error.retry_after_seconds)
        if isinstance(error, httpx.TransportError):
            failure = _unreachable(self._base_url, error)
            never_arrived = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            if self.ask.repeatable or never_arrived:
                return failure, 0.0
            raise failure from error
        raise error


# What an attempt can fail with and the next one may not.
PASSING = (UnavailableError, TooManyRequestsError, httpx.TransportError)


def refuse_failure(response: httpx.Response) -> None:
    """Raises the exception that the service raised; one that is not known here keeps its status, code and hint."""
    if response.is_success:
        return
    status = response.status_code
    problem = _problem_in(response)
    detail = str(problem.get("detail") or problem.get("title") or f"{response.request.url} answered {status}.")
    hint = problem.get("hint") if isinstance(problem.get("hint"), str) else None
    code = problem.get("code")
    error = _kind_of(code, status)(detail, hint=hint)
    error.status = status
    if isinstance(code, str):
        error.code = code
    if isinstance(error, UnavailableError | TooManyRequestsError):
        after = response.headers.get("Retry-After", "")
        error.retry_after_seconds = int(after) if after.isdecimal() else 0
    raise error


def error_named(code: str, detail: str, hint: str) -> CodingitError:
    """The exception of that code, or the plainest one with it."""
    error = _kind_of(code, 500)(detail, hint=hint)
    error.code = code
    return error


def headers_of(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json, application/problem+json"}


def needs_certificates(base_url: str) -> bool:
    # Reading the certificates of all authorities takes longer than a search; plain http looks at none.
    return not base_url.startswith("http://")


def _problem_in(response: httpx.Response) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    if not isinstance(document, dict):
        return {}
    # The routes that other vendors' clients call answer in the shape that those expect.
    shaped = document.get("error")
    return {"detail": shaped.get("message"), "code": shaped.get("code")} if isinstance(shaped, dict) else document


def _kind_of(code: object, status: int) -> type[CodingitError]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CodingitError)]
    named = next((kind for kind in kinds if kind.code == code), None)
    # A wrong request is told by 400 where other vendors' clients call.
    status = InvalidRequestError.status if status == 400 else status
    return named or next((kind for kind in kinds if kind.status == status and status != 500), CodingitError)


def _unreachable(base_url: str, error: httpx.TransportError) -> UnavailableError:
    detail = f"The service at {base_url} cannot be reached: {error or type(error).__name__}"
    return UnavailableError(detail, hint="Is it running? 'codingit up' or 'codingit serve' starts it.")
