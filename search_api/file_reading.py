"""The use case of reading a file: which one a path means, and which of its lines are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.caller import Caller
from models.errors import InvalidRequestError, NotFoundError
from search_api.project_lookup import NamedProject
from search_api.source_lines import split_lines
from sql.database import Database
from sql.files import Fit, FoundFile, find_files, read_file

# So many files that could be meant are told.
MOST_TOLD = 8


class AmbiguousPathError(InvalidRequestError):
    """The path fits more than one file."""


@dataclass(frozen=True, slots=True)
class FileQuery:
    """A path of the workspace or of the project, or the end of one; lines are 1-based and inclusive."""

    path: str
    project: NamedProject | None = None
    first: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines of a file, without their line ends; the first of them is line `first` of `total`."""

    path: str
    first: int
    total: int
    lines: tuple[str, ...]


def read_passage(database: Database, caller: Caller, asked: FileQuery) -> Passage:
    """Read lines of the file as it is stored now.

    Raises NotFoundError or AmbiguousPathError, which name files that could be meant, and InvalidRequestError.
    """
    path = asked.path.strip().removeprefix("./")
    if not path.strip("/"):
        raise InvalidRequestError("The path is empty.", hint="Give a path as search_code shows it.")
    if asked.last is not None and asked.last < asked.first:
        raise InvalidRequestError(
            f"Line {asked.last} is before line {asked.first}.", hint="Give start_line and end_line in order."
        )
    project = asked.project
    exact = [path if path.startswith("/") else f"/{path}"] if project is None else [project.lengthen(path)]
    with database.acting_as(caller) as connection:
        found = find_files(connection, path, None if project is None else project.id, exact=exact, most=MOST_TOLD + 1)
        file = read_file(connection, _only_one(path, project, found).id)
    lines = split_lines(file.content)
    if asked.first > max(1, len(lines)):
        raise InvalidRequestError(
            f"{_shown(file.path, project)} has {len(lines)} lines, and line {asked.first} was asked for.",
            hint="Ask for a line that there is.",
        )
    return Passage(file.path, asked.first, len(lines), tuple(lines[asked.first - 1 : asked.last]))


def _only_one(path: str, project: NamedProject | None, found: Sequence[FoundFile]) -> FoundFile:
    fitting = [file for file in found if file.fit is not Fit.NAME]
    if fitting and (fitting[0].fit is Fit.EXACT or len(fitting) == 1):
        return fitting[0]
    if fitting:
        raise AmbiguousPathError(
            f"'{path}' fits more than one file.", hint=f"Name one of them: {_tell(fitting, project)}."
        )
    if found:
        raise NotFoundError(f"There is no file '{path}'.", hint=f"There is: {_tell(found, project)}.")
    where = "" if project is None else f" in project '{project.title}'"
    raise NotFoundError(
        f"There is no file '{path}'{where}.", hint="Find the file with search_code: its path is a query that works."
    )


def _tell(found: Sequence[FoundFile], project: NamedProject | None) -> str:
    told = ", ".join(_shown(file.path, project) for file in found[:MOST_TOLD])
    return f"{told} and more" if len(found) > MOST_TOLD else told


def _shown(path: str, project: NamedProject | None) -> str:
    return path if project is None else project.shorten(path)
