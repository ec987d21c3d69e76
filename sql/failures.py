"""What a database failure means to a caller: the one place where driver errors become ours, by SQLSTATE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool

from models.errors import (
    CodingitError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    TimedOutError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)


class OutdatedModelError(UnavailableError):
    """The index has been switched to another model."""

    code = "model_switched"
    hint = "Ask again; the service loads the new model."


class LimitedKeyError(ForbiddenError):
    """The new key would be more than the API key that asks for it."""

    code = "limited_key"
    hint = "Ask for scopes that this key has and an expiry before its own, or sign in without a key."


BY_SQLSTATE: dict[str, type[CodingitError]] = {
    "42501": ForbiddenError,  # insufficient_privilege, a policy's refusal among them
    "CI001": OutdatedModelError,
    "CI002": LimitedKeyError,
    "28000": UnauthenticatedError,  # invalid_authorization_specification, raised for unknown users
    "23503": NotFoundError,  # foreign_key_violation
    "23505": ConflictError,  # unique_violation
    "23514": InvalidRequestError,  # check_violation
    "23502": InvalidRequestError,  # not_null_violation
    "22007": InvalidRequestError,  # invalid_datetime_format
    "22008": InvalidRequestError,  # datetime_field_overflow
    "22009": InvalidRequestError,  # invalid_time_zone_displacement_value
    "22P02": InvalidRequestError,  # invalid_text_representation
    "22021": InvalidRequestError,  # character_not_in_repertoire
    "22P05": InvalidRequestError,  # untranslatable_character
    "2201B": InvalidRequestError,  # invalid_regular_expression
    "P0002": NotFoundError,  # no_data_found
    "54000": TooLargeError,  # program_limit_exceeded
    "57014": TimedOutError,  # query_canceled
    "55P03": TimedOutError,  # lock_not_available
    "40001": ConflictError,  # serialization_failure
    "40P01": ConflictError,  # deadlock_detected
    "53300": UnavailableError,  # too_many_connections
    "53200": UnavailableError,  # out_of_memory
    "53100": UnavailableError,  # disk_full
}
UNAVAILABLE_CLASSES = ("08", "57P", "58")

# These two carry the values of rows in the driver's message, which may not be the caller's to see.
SILENT = {"23503", "23505", "42501"}


def translate(error: BaseException) -> CodingitError | None:
    """Our error for a driver error, or None when the failure is a defect of ours."""
    if isinstance(error, CodingitError):
        return error
    if isinstance(error, (psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, psycopg_pool.TooManyRequests)):
        return UnavailableError()
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate
    if state is None:
        # Without a SQLSTATE the server did not answer at all.
        lost = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
        return UnavailableError() if lost else None
    if state.startswith(UNAVAILABLE_CLASSES):
        return UnavailableError()
    ours = BY_SQLSTATE.get(state)
    if ours is None:
        return None
    return ours() if state in SILENT else ours(error.diag.message_primary or None)


@contextmanager
def translated() -> Iterator[None]:
    """Raise our error instead of the driver's; defects pass through as they are."""
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, psycopg_pool.TooManyRequests) as error:
        ours = translate(error)
        if ours is None:
            raise
        raise ours from error
