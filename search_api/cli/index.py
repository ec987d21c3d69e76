"""`codingit index`: sends what changed in a directory to the running service, once or for as long as it changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_api.cli.failing import ExitCode, UsageError
from search_api.cli.printing import print_json
from search_api.cli.project_titles import title_of
from search_api.cli.session import open_client
from search_api.data_dir import find_data_dir

if TYPE_CHECKING:
    from indexer.syncing import SyncReport
    from search_api.client import ApiClient, IndexStatus

# Of a long list, a screenful; the counts above it are whole.
MOST_LISTED = 20


@click.command
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Stay, and send each edit when it happens.")
@click.option("--project", help="Title of the project; else the directory's name.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, for programs.")
def index(directory: Path, watch: bool, project: str | None, as_json: bool) -> None:
    """Send what changed in DIRECTORY to the running service, and wait until it is searchable.

    Only new and edited files are sent; removed ones are removed. Secrets, binaries and what ignore files exclude stay
    out: a .codingitignore works like a .gitignore.

    Examples:

      codingit index ~/code/shop

      codingit index . --watch

      codingit index ~/work/shop --project shop-at-work --json
    """
    if watch and as_json:
        raise UsageError("--json prints one document when the work is done, and --watch never is.")
    from indexer.syncing import sync_directory
    from search_api.cli.progress import clear_line, follow_indexing, say, show_sync, summarise

    root = find_directory(directory)
    with open_client() as client:
        stored = client.find_or_create_project(title_of(root, find_data_dir(), project))
        report = sync_directory(root, client, stored, progress=show_sync)
        clear_line()
        if not as_json:
            say(f"{stored.title}: {summarise(report)}")
        status = follow_indexing(client, stored.id, expected_files=report.files)
        if as_json:
            print_json(_document(stored.title, report, status))
        else:
            _print_troubles(report, status)
            say(f"Indexed: {status.files} files, {status.chunks} chunks.")
        if watch:
            _watch(root, client, stored.id, stored.title)


def find_directory(directory: Path) -> Path:
    """The directory with `~` and links resolved. Raises UsageError when it is none."""
    root = directory.expanduser()
    if not root.is_dir():
        raise UsageError(f"{directory} is not a directory.", hint="Name a directory that exists.")
    return root.resolve()


def _watch(root: Path, client: ApiClient, project_id: str, title: str) -> None:
    from indexer.file_store import Project
    from indexer.hash_cache import HashCache
    from indexer.syncing import sync_directory
    from indexer.watching import watch_directory
    from search_api.cli.progress import say, summarise
    from search_api.interruption import Interruption

    cache = HashCache()

    def sync() -> None:
        report = sync_directory(root, client, Project(project_id, title), cache=cache)
        if report.written or report.moved or report.deleted:
            say(summarise(report))

    say(f"Watching {root}; Ctrl-C ends it.")
    interruption = Interruption()
    with interruption.handled():
        watch_directory(
            root,
            sync,
            stop=interruption.requested,
            on_unavailable=lambda error: say(f"{error.detail} The edits are sent when it is back."),
        )
    sys.exit(ExitCode.OK)


def _document(title: str, report: SyncReport, status: IndexStatus) -> dict[str, object]:
    return {
        "project": title,
        "files": report.files,
        "written": report.written,
        "moved": report.moved,
        "deleted": report.deleted,
        "unchanged": report.unchanged,
        "sent_bytes": report.sent_bytes,
        "skipped": [{"path": each.path, "reason": each.reason.value} for each in report.skipped],
        "masked": {path: [kind.value for kind in kinds] for path, kinds in report.masked_files.items()},
        "index": {
            "files": status.files,
            "indexed": status.indexed,
            "failed": status.failed,
            "skipped": status.skipped,
            "chunks": status.chunks,
        },
    }


def _print_troubles(report: SyncReport, status: IndexStatus) -> None:
    from search_api.cli.failing import printable
    from search_api.cli.progress import say

    lines = [f"left out {each.path}: {each.detail or each.reason.value}" for each in report.skipped]
    lines += [f"stored, not indexed {each.path}: {each.reason}" for each in status.skips]
    lines += [f"failed {each.path}: {each.error}" for each in status.failures]
    for line in lines[:MOST_LISTED]:
        say(f"  {printable(line)}")
    if len(lines) > MOST_LISTED:
        say(f"  and {len(lines) - MOST_LISTED} more; --json lists them all")
