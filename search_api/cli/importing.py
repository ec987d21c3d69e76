"""`codingit import`: brings histories of chats from files into the running service, without loss in silence."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_api.cli.failing import ExitCode, UsageError, printable
from search_api.cli.session import open_client

if TYPE_CHECKING:
    from indexer.histories.reading import HistorySession, ReadHistory
    from indexer.histories.records import HistoryMessage
    from search_api.client import ApiClient

# By the readers' own names.
FORMATS = ("claude-code", "codex", "generic")
# A request stays well below the largest body.
MOST_CHARACTERS = 1_000_000
MOST_MESSAGES = 500
SHOWN_ERRORS = 20


@dataclass(slots=True)
class Tally:
    """What became of everything that was read."""

    files: int = 0
    lines: int = 0
    sessions: int = 0
    added: int = 0
    known: int = 0
    deleted: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def note(self, path: Path, history: ReadHistory) -> None:
        self.files += 1
        self.lines += history.lines
        self.left_out.update({reason.value: count for reason, count in history.left_out.items()})
        self.errors += [f"{path}:{each.number}: {each.reason}" for each in history.errors]


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="The format; recognised when not given.")
@click.option("--with-tools", is_flag=True, help="Import what tools were asked and answered as well.")
@click.option("--dry-run", is_flag=True, help="Read and count, and import nothing.")
def import_command(files: tuple[Path, ...], format_name: str | None, with_tools: bool, dry_run: bool) -> None:
    """Import histories of chats from JSONL files; of a folder, every .jsonl file below it.

    Importing again adds only what is new. What is left out is counted with its reason; a line that cannot be read is
    named, and the others are imported.

    Exits with 1 when there was such a line or no message at all, and with 3 when no service answers.

    Examples:

      codingit import ~/.claude/projects

      codingit import ~/.codex/sessions --with-tools

      codingit import export.jsonl --format generic --dry-run
    """
    from search_api.cli.progress import clear_line

    paths = list(_find(files))
    if not paths:
        raise UsageError("There is no .jsonl file there.")
    tally = Tally()
    if dry_run:
        for path, history in _read(paths, tally, format_name, with_tools):
            tally.sessions += len(history.sessions)
            tally.added += sum(len(session.messages) for session in history.sessions.values())
            _show(path, tally, len(paths))
    else:
        with open_client() as client:
            for path, history in _read(paths, tally, format_name, with_tools):
                for session in history.sessions.values():
                    _send(client, session, tally)
                _show(path, tally, len(paths))
    clear_line()
    _report(tally, dry_run=dry_run)
    sys.exit(ExitCode.OK if tally.added + tally.known and not tally.errors else ExitCode.FAILED)


def _find(files: Sequence[Path]) -> Iterator[Path]:
    for file in files:
        if file.is_dir():
            yield from sorted(each for each in file.rglob("*.jsonl") if each.is_file())
        else:
            yield file


def _read(
    paths: Sequence[Path], tally: Tally, format_name: str | None, with_tools: bool
) -> Iterator[tuple[Path, ReadHistory]]:
    from indexer.histories.reading import read_history
    from models.errors import InvalidRequestError

    for path in paths:
        try:
            history = read_history(path, format_name=format_name, with_tools=with_tools)
        except (InvalidRequestError, OSError) as error:
            detail = error.detail if isinstance(error, InvalidRequestError) else f"{path}: {error.strerror}"
            tally.errors.append(detail)
            continue
        tally.note(path, history)
        yield path, history


def _send(client: ApiClient, session: HistorySession, tally: Tally) -> None:
    begun = False
    for batch in _batches(session.messages):
        outcome = client.import_messages(session.key[:200], batch, title=session.shown_title)
        tally.added += outcome.added
        tally.known += outcome.known
        tally.deleted += len(batch) if outcome.deleted else 0
        begun = begun or not outcome.deleted
    tally.sessions += begun


def _batches(messages: Sequence[HistoryMessage]) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    characters = 0
    for each in messages:
        if batch and (len(batch) == MOST_MESSAGES or characters + len(each.content) > MOST_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(
            {
                "message_id": each.id,
                "role": each.role,
                "kind": each.kind.value,
                "content": each.content,
                "model": each.model,
                "created_at": None if each.created_at is None else each.created_at.isoformat(),
            }
        )
        characters += len(each.content)
    if batch:
        yield batch


def _show(path: Path, tally: Tally, files: int) -> None:
    if sys.stderr.isatty():
        line = f"{tally.files} of {files} files, {tally.added} messages new: {path.name}"
        sys.stderr.write(f"\r\x1b[K{printable(line)[:100]}")
        sys.stderr.flush()


def _report(tally: Tally, *, dry_run: bool) -> None:
    would = "would be imported" if dry_run else "imported"
    known = "" if dry_run else f", {tally.known} were there already"
    read = f"{_count(tally.files, 'file')} with {_count(tally.lines, 'line')}"
    click.echo(f"{read}: {_count(tally.added, 'message')} of {_count(tally.sessions, 'session')} {would}{known}.")
    if tally.deleted:
        click.echo(f"Left out: {_count(tally.deleted, 'message')} of sessions that were deleted here.")
    for reason, count in tally.left_out.most_common():
        more = " (--with-tools imports them)" if reason.startswith("calls and output") else ""
        click.echo(f"Left out: {count} {reason}{more}.")
    for error in tally.errors[:SHOWN_ERRORS]:
        click.echo(f"error: {printable(error)}", err=True)
    if len(tally.errors) > SHOWN_ERRORS:
        click.echo(f"error: and {len(tally.errors) - SHOWN_ERRORS} more lines.", err=True)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
