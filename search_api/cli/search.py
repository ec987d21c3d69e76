"""`codingit search`: asks the running service and prints what it finds."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from search_api.cli.failing import ExitCode, UsageError
from search_api.cli.printing import print_chat_reply, print_code_reply, print_everything_reply, print_json
from search_api.cli.session import open_client

if TYPE_CHECKING:
    from search_api.client import ApiClient, ChatAnswer, CodeAnswer, EverythingAnswer


class SearchMode(StrEnum):
    """Both searches' ways to look; the use cases are not imported for their names."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    FULLTEXT = "fulltext"
    FUZZY = "fuzzy"
    SUBSTRING = "substring"


ONLY_CHAT = frozenset({SearchMode.SUBSTRING})
TOOL_OUTPUT = ("demote", "include", "exclude")


@click.command
@click.argument("query")
@click.option("--chat", is_flag=True, help="Search chat messages instead of code.")
@click.option("--all", "everything", is_flag=True, help="Search code, chats and tasks at once.")
@click.option("--project", help="Only the project of this title.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in SearchMode]),
    default=SearchMode.HYBRID.value,
    show_default=True,
    help="How to look; substring is for chats.",
)
@click.option("--limit", "-n", type=click.IntRange(1, 100), default=5, show_default=True, help="Most results.")
@click.option("--path", help="Only paths like this one, such as '**/src/**/*.py'.")
@click.option("--language", multiple=True, help="Only this language; may be given again.")
@click.option(
    "--recency", type=click.FloatRange(0, 1), help="How much age takes away from a message: 0 (default) to 1."
)
@click.option(
    "--tool-output",
    type=click.Choice(TOOL_OUTPUT),
    help="What tools wrote in a chat: behind what was said (default), like it, or left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the API's reply, for programs.")
@click.option("--explain", is_flag=True, help="Say for each result why it is where it is.")
def search(
    query: str,
    chat: bool,
    everything: bool,
    project: str | None,
    mode: str,
    limit: int,
    path: str | None,
    language: tuple[str, ...],
    recency: float | None,
    tool_output: str | None,
    as_json: bool,
    explain: bool,
) -> None:
    r"""Search what is indexed, by meaning, by words and by spelling at once.

    QUERY is a sentence, words, a name (misspelt ones are found too), or a path. A "phrase in quotes" must stand in what
    is found as it is written; a regular expression between slashes, /def get_\w+/, must match it.

    Exits with 1 when nothing is found, and with 3 when no service answers.

    Examples:

      codingit search "where are prices rounded"

      codingit search parse_confg --language python --limit 3

      codingit search "retry with backoff" --path "**/client/*" --json

      codingit search '/def \w+_token\(/ "secret"'

      codingit search --chat '"connection refused" -timeout'

      codingit search --all "why are prices rounded half up"
    """
    for_code: dict[str, object] = {"--project": project, "--path": path, "--language": language, "--explain": explain}
    for_chat: dict[str, object] = {"--recency": recency is not None, "--tool-output": tool_output}
    if everything:
        _refuse_beside_all(chat, SearchMode(mode), {**for_code, **for_chat})
    else:
        _refuse_nonsense(chat, SearchMode(mode), for_code, for_chat)
    with open_client() as client:
        reply: CodeAnswer | ChatAnswer | EverythingAnswer
        if everything:
            reply = client.search_everything(
                query, limit=limit, project_id=None if project is None else _project_id(client, project)
            )
        elif chat:
            reply = client.search_chat(query, mode=mode, limit=limit, recency=recency, tool_output=tool_output)
        else:
            reply = client.search_code(
                query,
                mode=mode,
                limit=limit,
                path_glob=path,
                languages=language or None,
                explain=explain,
                project_id=None if project is None else _project_id(client, project),
            )
    _print(reply, query, as_json)
    sys.exit(ExitCode.OK if reply.results else ExitCode.FAILED)


def _refuse_nonsense(chat: bool, mode: SearchMode, for_code: dict[str, object], for_chat: dict[str, object]) -> None:
    given = [name for name, value in (for_code if chat else for_chat).items() if value]
    if chat and given:
        raise UsageError(f"{given[0]} is for code, and --chat asks for messages.")
    if given:
        raise UsageError(f"{given[0]} is for chats.", hint="Add --chat to search them.")
    if not chat and mode in ONLY_CHAT:
        raise UsageError(f"The mode '{mode.value}' is for chats.")


def _refuse_beside_all(chat: bool, mode: SearchMode, given: dict[str, object]) -> None:
    named = [name for name, value in given.items() if value and name != "--project"]
    if chat or named or mode is not SearchMode.HYBRID:
        option = "--chat" if chat else [*named, "--mode"][0]
        raise UsageError(f"{option} is for one kind of result, and --all asks for every kind.")


def _project_id(client: ApiClient, title: str) -> str:
    found = client.list_projects(title=title, limit=1)
    if not found.items:
        known = ", ".join(sorted(project.title for project in client.iterate_projects())) or "none yet"
        raise UsageError(f"There is no project '{title}'.", hint=f"There are: {known}.")
    return found.items[0].id


def _print(reply: CodeAnswer | ChatAnswer | EverythingAnswer, query: str, as_json: bool) -> None:
    from search_api.client import CodeAnswer, EverythingAnswer, to_document

    if as_json:
        print_json(to_document(reply))
    elif isinstance(reply, CodeAnswer):
        print_code_reply(reply, query)
    elif isinstance(reply, EverythingAnswer):
        print_everything_reply(reply, query)
    else:
        print_chat_reply(reply)
