"""What a path glob means: gitignore's own wildcards, turned into a regular expression that both sides understand."""

from __future__ import annotations

import re

from models.errors import InvalidRequestError

LONGEST_GLOB = 500


def glob_to_regex(glob: str) -> str:
    """`**` crosses folders, `*` and `?` do not, `{a,b}` are alternatives; a glob without a slash matches a file's name.

    The result is anchored and holds nothing that backtracks without end. Raises InvalidRequestError.
    """
    if len(glob) > LONGEST_GLOB or "\0" in glob:
        raise InvalidRequestError("path_glob is too long.", hint=f"At most {LONGEST_GLOB} characters.")
    if glob.count("*") > 20:
        raise InvalidRequestError("path_glob has too many wildcards.", hint="At most 20 stars.")
    pattern, position, depth = [], 0, 0
    while position < len(glob):
        rest = glob[position:]
        if rest.startswith("**/"):
            pattern.append("(?:.*/)?")
            position += 3
        elif rest.startswith("**"):
            pattern.append(".*")
            position += 2
        elif rest[0] == "*":
            pattern.append("[^/]*")
            position += 1
        elif rest[0] == "?":
            pattern.append("[^/]")
            position += 1
        elif rest[0] == "{" and "}" in rest:
            depth += 1
            pattern.append("(?:")
            position += 1
        elif rest[0] == "}" and depth:
            depth -= 1
            pattern.append(")")
            position += 1
        elif rest[0] == "," and depth:
            pattern.append("|")
            position += 1
        else:
            pattern.append(re.escape(rest[0]))
            position += 1
    if depth:
        raise InvalidRequestError("path_glob has an open brace.", hint="Close it, or leave it out.")
    body = "".join(pattern)
    if glob.startswith("/"):
        return f"^{body}$"
    return f"^(?:.*/)?{body}$"
