"""How a command ends: which exit code, and what is said instead of a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from enum import IntEnum

from models.errors import CodingitError, InvalidRequestError, UnavailableError


class ExitCode(IntEnum):
    """What scripts can rely on."""

    OK = 0
    # Nothing was found, a check failed, or the work could not be done.
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    INTERRUPTED = 130


class UsageError(InvalidRequestError):
    """The command was called in a way that makes no sense."""

    code = "usage"
    hint = "Add --help to see what the command takes."


def exit_code_of(error: BaseException) -> ExitCode:
    if isinstance(error, UnavailableError) or getattr(error, "code", "") == "bad_reply":
        return ExitCode.UNREACHABLE
    if isinstance(error, InvalidRequestError):
        return ExitCode.USAGE
    return ExitCode.FAILED


def report_failure(error: BaseException, *, debug: bool) -> ExitCode:
    """Say on standard error what happened and what to do; the trace only for those who asked for it."""
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, CodingitError):
        happened, advice = error.detail, error.hint
    elif isinstance(error, OSError):
        happened, advice = _without_number(error), "Check the path, its permissions and the space on its disk."
    else:
        happened = f"An unexpected {type(error).__name__}: {error}"
        advice = "This is a defect. Run the command again with --debug and report what it prints."
    sys.stderr.write(f"codingit: {printable(happened)}\n  {printable(advice)}\n")
    return exit_code_of(error)


def wants_debug(arguments: list[str]) -> bool:
    """Whether the trace is wanted; takes --debug out of the arguments, wherever it stands before a '--'."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    asked = "--debug" in arguments[:end]
    if asked:
        arguments.remove("--debug")
    return asked or os.environ.get("CODINGIT_DEBUG", "").lower() in ("1", "true", "yes", "on")


def printable(text: str) -> str:
    """The text without what a terminal would obey; a file's name or content may hold anything."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in text)


def _without_number(error: OSError) -> str:
    named = f"{error.filename}: " if error.filename else ""
    return f"{named}{error.strerror or error}"
