"""What becomes of an agent's file: shown, changed in this one place, or refused with the file left alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from search_api.connecting.agents import Agent, Entry, Syntax
from search_api.connecting.json_editing import UnreadableConfigError, set_in_json


class Outcome(StrEnum):
    """What was done to a file."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def show_entry(agent: Agent, name: str, entry: Entry) -> str:
    """What a file with nothing else in it would hold."""
    return _edit(agent, "", name, entry)


def connect(agent: Agent, path: Path, name: str, entry: Entry) -> Outcome:
    """Put the entry into the file, which is replaced whole or not at all. Raises UnreadableConfigError, OSError."""
    # Through a link: files of this kind are often kept elsewhere.
    path = Path(os.path.realpath(path))
    before = _read(path)
    try:
        after = _edit(agent, before or "", name, entry)
    except UnreadableConfigError as error:
        raise UnreadableConfigError(f"{path} was left as it is: {error.detail}") from error
    if after == before:
        return Outcome.UNCHANGED
    _replace(path, after)
    return Outcome.MADE if before is None else Outcome.CHANGED


def _edit(agent: Agent, text: str, name: str, entry: Entry) -> str:
    if agent.syntax is Syntax.TOML:
        from search_api.connecting.toml_editing import set_in_toml

        return set_in_toml(text, (agent.key, name), entry)
    return set_in_json(text, (agent.key, name), entry)


def _read(path: Path) -> str | None:
    try:
        # Line ends and a byte order mark are kept.
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UnreadableConfigError(f"{path} was left as it is: it is no UTF-8.") from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        # As the file was; a new one may hold no secret, and is its owner's alone all the same.
        if mode is not None:
            Path(scratch).chmod(mode)
        Path(scratch).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(scratch).unlink()
