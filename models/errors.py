"""Every failure that a caller can meet: a stable code, the HTTP status it maps to, and what to do about it."""

from __future__ import annotations


class CodingitError(Exception):
    """Something went wrong in codingit-search."""

    code = "internal"
    status = 500
    hint = "Look into the service's log; the request id names the entry."

    def __init__(self, detail: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())
        if hint is not None:
            self.hint = hint

    @property
    def detail(self) -> str:
        return str(self.args[0])


class InvalidRequestError(CodingitError):
    """The request is not valid."""

    code = "invalid_request"
    status = 422
    hint = "Compare the request with the schema at /openapi.json."


class UnauthenticatedError(CodingitError):
    """The request names no valid caller."""

    code = "unauthenticated"
    status = 401
    hint = "Send 'Authorization: Bearer <JWT or API key>'; 'codingit token' makes one for a local service."


class ForbiddenError(CodingitError):
    """The caller may not do this."""

    code = "forbidden"
    status = 403
    hint = "Ask the owner for access, or act as another user."


class NotFoundError(CodingitError):
    """There is no such thing, or the caller may not see it."""

    code = "not_found"
    status = 404
    hint = "Check the id; rows of other users look like rows that do not exist."


class ConflictError(CodingitError):
    """The request contradicts what is stored."""

    code = "conflict"
    status = 409
    hint = "Read the current state, then decide and send again."


class ChangedError(CodingitError):
    """What is stored is not what the request expects."""

    code = "changed"
    status = 412
    hint = "Read it again, make the change to what it is now, and send the new ETag in If-Match."


class ReusedKeyError(CodingitError):
    """The Idempotency-Key has been used for another request."""

    code = "idempotency_key_reused"
    status = 422
    hint = "Use a new key for each thing that is to be made, and the same one only to send the same request again."


class TooLargeError(CodingitError):
    """The request is larger than the service accepts."""

    code = "too_large"
    status = 413
    hint = "Send it in smaller parts."


class TimedOutError(CodingitError):
    """The database took longer than the statement timeout."""

    code = "timed_out"
    status = 504
    hint = "Narrow the scope (project_id, path_glob, languages) or ask again."


class UnavailableError(CodingitError):
    """The database cannot be reached."""

    code = "unavailable"
    status = 503
    hint = "Ask again in a moment; 'codingit doctor' says what is missing."
    retry_after_seconds = 2


class TooManyRequestsError(CodingitError):
    """More is asked of the service at once than it can take."""

    code = "too_many_requests"
    status = 429
    hint = "Ask again after the seconds of the header Retry-After."
    retry_after_seconds = 1


class SetupError(CodingitError):
    """The service is not set up correctly."""

    code = "setup"
    status = 500
    hint = "Run 'codingit doctor'."


class ModelError(SetupError):
    """The embedding model cannot be loaded or does not fit the index."""

    code = "model"
