"""Which texts of a workspace are not worth indexing, and the reason that is kept of it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath

# What people write ends far below; above are dumps and bundles whose chunks would crowd out everything else.
MOST_BYTES = 1_500_000
# A source of this size whose lines are this long on average was written by a program.
MINIFIED_SIZE = 4_000
MINIFIED_LINE = 500
# The share of characters that no text has.
BINARY_SHARE = 0.1

LOCK_FILES = frozenset(
    [
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "composer.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
        "Gemfile.lock",
        "Cargo.lock",
        "go.sum",
        "mix.lock",
        "pubspec.lock",
        "flake.lock",
        "Podfile.lock",
        "npm-shrinkwrap.json",
    ]
)
_GENERATED = re.compile(
    r"^.{0,6}(?:Code generated .{0,200}DO NOT EDIT|@generated\b|.{0,80}\b(?:auto-?generated|automatically generated)\b"
    r".{0,120}\b(?:do not|don't|not be) (?:edit|modif))",
    re.IGNORECASE | re.MULTILINE,
)
_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|css|mjs)$|\.(?:js|css)\.map$")


class SkipReason(StrEnum):
    """Why a file of the workspace has no chunks."""

    BINARY = "binary"
    TOO_LARGE = "too_large"
    GENERATED = "generated"
    LOCK_FILE = "lock_file"
    MINIFIED = "minified"
    SECRET_FILE = "secret_file"  # noqa: S105 - a reason, no secret
    DIRECTORY = "directory"


def reason_to_skip(path: str, content: str) -> SkipReason | None:
    """The reason not to index a text, or None. Says nothing of the path's folders: ignore rules do that."""
    name = PurePosixPath(path).name
    if name in LOCK_FILES:
        return SkipReason.LOCK_FILE
    if len(content) > MOST_BYTES:
        return SkipReason.TOO_LARGE
    head = content[:8000]
    strange = sum(letter == "\ufffd" or (letter < " " and letter not in "\t\n\r\f\v\x1b") for letter in head)
    if head and strange > BINARY_SHARE * len(head):
        return SkipReason.BINARY
    if _GENERATED.search(content[:1500]):
        return SkipReason.GENERATED
    if _MINIFIED_NAME.search(name):
        return SkipReason.MINIFIED
    code = not name.endswith((".md", ".markdown", ".txt", ".rst", ".ipynb", ".csv", ".adoc", ".tex"))
    if code and len(content) > MINIFIED_SIZE and len(content) > MINIFIED_LINE * (content.count("\n") + 1):
        return SkipReason.MINIFIED
    return None
