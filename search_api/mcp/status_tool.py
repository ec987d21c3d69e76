"""index_status: what can be searched, and why something may be missing."""

from __future__ import annotations

from search_api.mcp.arguments import IndexStatus as Asked
from search_api.mcp.desk import Desk
from search_api.project_lookup import NamedProject
from sql.projects import list_projects
from sql.status import IndexStatus, read_index_status

MOST_LISTED = 10
MOST_PROJECTS = 30


def answer_index_status(desk: Desk, asked: Asked) -> str:
    """The reply's text. Raises CodingitError."""
    project = desk.project(asked.project)
    with desk.database.acting_as(desk.caller) as connection:
        status = read_index_status(connection, None if project is None else project.id)
        titles = [each.title for each in list_projects(connection, title=None, after=None, most=MOST_PROJECTS + 1)]
    where = "All projects" if project is None else f"Project {project.title}"
    lines = [
        f"{where}: {status.files} files, {status.indexed} indexed as {status.chunks} chunks, {status.pending} pending, "
        f"{status.failed} failed, {status.skipped} stored but not indexed."
    ]
    if status.pending:
        lines.append("What is pending is searchable in a moment; until then searches answer with what there is.")
    lines += _troubles(status, project)
    if titles:
        more = " and more" if len(titles) > MOST_PROJECTS else ""
        lines.append(f"Projects: {', '.join(titles[:MOST_PROJECTS])}{more}.")
    else:
        lines.append("There are no projects yet: 'codingit up DIR' or 'codingit index DIR' adds one.")
    return "\n".join(lines)


def _troubles(status: IndexStatus, project: NamedProject | None) -> list[str]:
    def shown(path: str) -> str:
        return path if project is None else project.shorten(path)

    lines = [f"failed: {shown(each.path)}: {each.error}" for each in status.failures[:MOST_LISTED]]
    lines += [f"not indexed: {shown(each.path)}: {each.reason}" for each in status.skips[:MOST_LISTED]]
    return lines
