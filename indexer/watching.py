"""When a directory has changed in a way that its index would show, and that a watch over it has ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from indexer.ignoring import IGNORE_NAMES, IgnoreRules, load_rules
from indexer.secrets import secret_name_reason
from indexer.walking import DirectoryUnreadableError
from models.errors import UnavailableError

# A burst is over when nothing came for QUIET_MS, and is cut after BURST_MS so that a busy directory is synced at all.
QUIET_MS = 100
BURST_MS = 5_000
# How often it is looked whether the root is still there, which no event of its own tells.
CHECK_MS = 500


class WatchedRootGoneError(DirectoryUnreadableError):
    """The watched directory was removed or exchanged for another."""

    code = "watched_root_gone"
    hint = "Start again when the directory is back; what is indexed of it was kept."


def watch_directory(
    root: Path,
    sync: Callable[[], object],
    *,
    stop: Event,
    on_unavailable: Callable[[UnavailableError], None] = lambda _: None,
) -> None:
    """Call `sync` once as soon as changes are seen, then after every burst of them, until `stop` is set.

    While the service cannot be reached the change is kept in mind and tried again; other errors end the watch.
    """
    root = Path(os.path.realpath(root))
    identity = _identity_of(root)
    if identity is None:
        raise DirectoryUnreadableError(f"{root} is not a directory that can be read.")
    filter_ = RelevantChanges(root)
    # Something may have changed between the caller's last look and the first watch: begin with a sync.
    due = True
    for changes in watch(
        root,
        watch_filter=filter_,
        debounce=BURST_MS,
        step=QUIET_MS,
        rust_timeout=CHECK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        ignore_permission_denied=True,
    ):
        if _identity_of(root) != identity:
            raise WatchedRootGoneError(f"{root} is gone.")
        if not (due or changes):
            continue
        filter_.reload()
        try:
            sync()
            due = False
        except UnavailableError as error:
            due = True
            on_unavailable(error)


class RelevantChanges:
    """Tells changes that a sync would show from those below ignored paths; remembers the rules folder by folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: dict[str, IgnoreRules | None] = {}

    def __call__(self, change: Change, path: str) -> bool:
        relative = os.path.relpath(path, self._root)
        if relative == "." or relative.startswith(".." + os.sep):
            return relative == "."
        folder, name = os.path.split(relative)
        if name in IGNORE_NAMES:
            self.reload()
            return self._rules_of(folder) is not None
        rules = self._rules_of(folder)
        if rules is None or secret_name_reason(relative):
            return False
        # What was removed cannot be asked what it was: it counts if either could have been indexed.
        kinds = (False, True) if change is Change.deleted else (os.path.isdir(path),)
        return any(rules.exclusion_of(name, is_directory=kind) is None for kind in kinds)

    def reload(self) -> None:
        """Forget the rules, which are read again when they are needed."""
        self._rules.clear()

    def _rules_of(self, folder: str) -> IgnoreRules | None:
        if folder not in self._rules:
            self._rules[folder] = self._load(folder)
        return self._rules[folder]

    def _load(self, folder: str) -> IgnoreRules | None:
        if not folder:
            return load_rules(self._root)
        parent, name = os.path.split(folder)
        rules = self._rules_of(parent)
        if rules is None or rules.exclusion_of(name, is_directory=True):
            return None
        return rules.below(name, self._root / folder)


def _identity_of(root: Path) -> tuple[int, int] | None:
    try:
        with os.scandir(root):
            status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino
