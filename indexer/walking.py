"""Which files of a directory are read, and why each of the others is not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer.decoding import SNIFFED_BYTES, decode_text, is_binary, to_storable
from indexer.ignoring import MARKER_FILES, IgnoreRules, load_rules
from indexer.secrets import secret_name_reason
from models.errors import CodingitError

# Code written by people ends far below (the largest file of the evaluation's sources has 0.4 MB); above are bundles,
# dumps and data, whose chunks would crowd out everything else.
MAX_FILE_BYTES = 1_048_576


class WalkSkip(StrEnum):
    """Why a path is left out of the index."""

    IGNORED = "ignored"
    DEFAULT_EXCLUSION = "default_exclusion"
    SECRET = "secret"  # noqa: S105
    LINK = "link"
    LINK_OUTSIDE = "link_outside"
    LINK_TO_DIRECTORY = "link_to_directory"
    LINK_BROKEN = "link_broken"
    SPECIAL_FILE = "special_file"
    TOO_LARGE = "too_large"
    BINARY = "binary"
    UNKNOWN_ENCODING = "unknown_encoding"
    NAME_NOT_UTF8 = "name_not_utf8"
    UNREADABLE = "unreadable"
    VANISHED = "vanished"


# The path is there, or was a moment ago, and only could not be seen: what is stored of it must stay.
UNSEEN = frozenset({WalkSkip.UNREADABLE, WalkSkip.VANISHED})


class DirectoryUnreadableError(CodingitError):
    """The directory does not exist or cannot be read."""

    code = "directory_unreadable"
    status = 422
    hint = "Check the path and its permissions; nothing was changed in the index."


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """A path that is not indexed; a directory's ends with a slash and stands for all below it."""

    path: str
    reason: WalkSkip
    detail: str


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes when a file's content does; two equal stamps of different times mean equal content."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    device: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file to be indexed; `path` is relative to the root, with slashes."""

    path: str
    location: Path
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's storable text, and the stamp under which it was read."""

    found: FoundFile
    text: str
    stamp: FileStamp


def walk_directory(root: Path, *, max_file_bytes: int = MAX_FILE_BYTES) -> Iterator[FoundFile | SkippedPath]:
    """Every path below the root in the order of names, depth first, as a file to read or a reason not to."""
    root = Path(os.path.abspath(root))
    top = _list_folder(root)
    if isinstance(top, OSError):
        raise DirectoryUnreadableError(f"{root}: {top.strerror}")
    rules = load_rules(root)
    yield from _unreadable_ignore_files("", rules)
    real_root = Path(os.path.realpath(root))
    # One open iterator a level, of entries already listed: no descriptor stays open, however deep the tree is.
    levels: list[tuple[str, Path, IgnoreRules, Iterator[os.DirEntry[str]], frozenset[str]]]
    levels = [("", root, rules, iter(top), frozenset(entry.name for entry in top))]
    while levels:
        prefix, folder, rules, entries, names = levels[-1]
        entry = next(entries, None)
        if entry is None:
            levels.pop()
            continue
        outcome = _look_at(entry, prefix, rules, names, real_root, max_file_bytes)
        if outcome is not None:
            yield outcome
            continue
        path, location = f"{prefix}{entry.name}/", folder / entry.name
        listed = _list_folder(location)
        if isinstance(listed, OSError):
            yield _failed(path, listed)
            continue
        below = frozenset(child.name for child in listed)
        marker = next((name for name in MARKER_FILES if name in below), None)
        if marker is not None and not rules.keeps_folder(entry.name):
            yield SkippedPath(path, WalkSkip.DEFAULT_EXCLUSION, f"{MARKER_FILES[marker]} ({marker})")
            continue
        inner = rules.below(entry.name, location)
        yield from _unreadable_ignore_files(path, inner)
        levels.append((path, location, inner, iter(listed), below))


def read_file(found: FoundFile, *, max_file_bytes: int = MAX_FILE_BYTES) -> ReadFile | SkippedPath:
    """The text of a file as it is now, or why it cannot be had; no more than the limit is ever held."""
    try:
        # It may have become a link or a pipe since it was found: neither is followed or waited for.
        descriptor = os.open(found.location, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return SkippedPath(found.path, WalkSkip.SPECIAL_FILE, _kind_of(status.st_mode))
            if status.st_size > max_file_bytes:
                return _too_large(found.path, status.st_size, max_file_bytes)
            content = file.read(SNIFFED_BYTES)
            if is_binary(content):
                return SkippedPath(found.path, WalkSkip.BINARY, "holds NUL bytes")
            content += file.read(max_file_bytes + 1 - len(content))
    except OSError as error:
        return _failed(found.path, error)
    if len(content) > max_file_bytes:
        return _too_large(found.path, len(content), max_file_bytes)
    text = decode_text(content)
    if text is None:
        return SkippedPath(found.path, WalkSkip.UNKNOWN_ENCODING, "neither UTF-8 nor UTF-16 nor plausible Latin-1")
    return ReadFile(found, text, _stamp_of(status))


def _look_at(
    entry: os.DirEntry[str],
    prefix: str,
    rules: IgnoreRules,
    names: frozenset[str],
    real_root: Path,
    max_file_bytes: int,
) -> FoundFile | SkippedPath | None:
    """What becomes of an entry; None for a directory to descend into."""
    path = prefix + entry.name
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return _failed(path, error)
    is_directory = stat.S_ISDIR(status.st_mode)
    shown = path + "/" if is_directory else path
    if excluded := rules.exclusion_of(entry.name, is_directory=is_directory, siblings=names):
        reason = WalkSkip.DEFAULT_EXCLUSION if excluded.by_default else WalkSkip.IGNORED
        return SkippedPath(_printable(shown), reason, excluded.detail)
    if to_storable(entry.name) != entry.name:
        return SkippedPath(_printable(shown), WalkSkip.NAME_NOT_UTF8, "the name is not UTF-8")
    if is_directory:
        return None
    if stat.S_ISLNK(status.st_mode):
        return _describe_link(path, entry.path, real_root)
    if not stat.S_ISREG(status.st_mode):
        return SkippedPath(path, WalkSkip.SPECIAL_FILE, _kind_of(status.st_mode))
    if secret := secret_name_reason(path):
        return SkippedPath(path, WalkSkip.SECRET, secret)
    if status.st_size > max_file_bytes:
        return _too_large(path, status.st_size, max_file_bytes)
    return FoundFile(path, Path(entry.path), _stamp_of(status))


def _describe_link(path: str, location: str, real_root: Path) -> SkippedPath:
    """No link is followed: what it names inside the root is read, and judged, under its own path."""
    try:
        target = Path(os.path.realpath(location, strict=True))
        is_directory = target.is_dir()
    except OSError as error:
        return SkippedPath(path, WalkSkip.LINK_BROKEN, error.strerror or "the link leads nowhere")
    if is_directory:
        return SkippedPath(path, WalkSkip.LINK_TO_DIRECTORY, f"leads to {_printable(str(target))}")
    if not target.is_relative_to(real_root):
        return SkippedPath(path, WalkSkip.LINK_OUTSIDE, f"leads to {_printable(str(target))}, outside of the directory")
    shown = _printable(target.relative_to(real_root).as_posix())
    return SkippedPath(path, WalkSkip.LINK, f"leads to {shown}, which stands for itself")


def _list_folder(folder: Path) -> list[os.DirEntry[str]] | OSError:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        return error


def _unreadable_ignore_files(prefix: str, rules: IgnoreRules) -> Iterator[SkippedPath]:
    for name, detail in rules.unreadable:
        yield SkippedPath(prefix + name, WalkSkip.UNREADABLE, f"its rules are not applied: {detail}")


def _failed(path: str, error: OSError) -> SkippedPath:
    gone = isinstance(error, FileNotFoundError | NotADirectoryError)
    return SkippedPath(path, WalkSkip.VANISHED if gone else WalkSkip.UNREADABLE, error.strerror or str(error))


def _too_large(path: str, size: int, limit: int) -> SkippedPath:
    return SkippedPath(path, WalkSkip.TOO_LARGE, f"{size} bytes, the limit is {limit}")


def _stamp_of(status: os.stat_result) -> FileStamp:
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def _kind_of(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return kinds.get(stat.S_IFMT(mode), "not a regular file")


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
