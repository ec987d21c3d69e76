"""Which paths below a directory are left out: git's ignore files, our own, and folders that hold no source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

# pathspec translates the patterns: maintained, no dependencies. (igittigitt pulls in a logging and a configuration
# framework.) Its GitIgnoreSpec also lets a pattern match everything below a directory, which git does not do once files
# of several folders overrule each other, so the precedence is ours and is compared with git in a test.
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

GIT_IGNORE_NAME = ".gitignore"
OWN_IGNORE_NAME = ".codingitignore"
IGNORE_NAMES = frozenset({GIT_IGNORE_NAME, OWN_IGNORE_NAME})

# A longer file is not one that somebody wrote.
MAX_IGNORE_FILE_BYTES = 1_000_000

_HISTORY = "history of a version control system"
_DEPENDENCIES = "dependencies, installed and not written here"
_CACHE = "cache of a tool, made again at will"
_OUTPUT = "build output, made from the sources"

# Never overruled: `!*/`, common where an ignore file lists what to keep, would bring the history in.
NEVER_WALKED: Mapping[str, str] = MappingProxyType(dict.fromkeys((".git", ".hg", ".svn", ".jj", ".bzr"), _HISTORY))

DEFAULT_EXCLUSIONS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ("node_modules", "bower_components", "jspm_packages", ".pnpm-store",
         ".venv", "venv", "site-packages", ".bundle",
         "Pods", "Carthage", "elm-stuff", ".eggs"),
        _DEPENDENCIES,
    )
    | dict.fromkeys(
        ("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".cache",
         ".parcel-cache", ".turbo", ".gradle", ".sass-cache", ".ipynb_checkpoints", ".terraform", ".direnv",
         ".dart_tool", ".angular", ".idea"),
        _CACHE,
    )
    | dict.fromkeys(
        ("dist", ".next", ".nuxt", ".svelte-kit", ".output", ".vercel", ".serverless", ".nyc_output", "htmlcov"),
        _OUTPUT,
    )
)  # fmt: skip

# Names that are sources as often as output: output only beside the manifest of the tool that writes there.
OUTPUT_BESIDE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "target": frozenset({"Cargo.toml", "pom.xml", "build.sbt"}),
        "build": frozenset({"build.gradle", "build.gradle.kts", "CMakeLists.txt", "setup.py", "pubspec.yaml"}),
    }
)
# Who writes one of these says that its folder is no source (cachedir specification; Python's venv).
MARKER_FILES: Mapping[str, str] = MappingProxyType({"CACHEDIR.TAG": _CACHE, "pyvenv.cfg": _DEPENDENCIES})


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a path is left out: the reason in words, and whether a default or an ignore file says so."""

    detail: str
    by_default: bool


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One line of an ignore file, matched against one path and never against what lies below it."""

    text: str
    excludes: bool
    only_directories: bool
    regex: re.Pattern[bytes] | None  # None: matches every path

    def matches(self, path: bytes, is_directory: bool) -> bool:
        if self.only_directories and not is_directory:
            return False
        return self.regex is None or self.regex.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one file, last first, and the folder they are relative to."""

    source: str
    base: bytes  # "" or a path with a trailing slash
    patterns: tuple[IgnorePattern, ...]

    def deciding_pattern(self, path: bytes, is_directory: bool) -> IgnorePattern | None:
        relative = path[len(self.base) :]
        return next((pattern for pattern in self.patterns if pattern.matches(relative, is_directory)), None)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The ignore files that apply to the entries of one folder; nearest first, and ours before git's."""

    folder: bytes  # "" or a path with a trailing slash, relative to the top of the repository
    own: tuple[IgnoreFile, ...] = ()
    git: tuple[IgnoreFile, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def exclusion_of(
        self, name: str, *, is_directory: bool, siblings: frozenset[str] = frozenset()
    ) -> Exclusion | None:
        """Why the entry of this folder is left out, or None; the entries of an excluded folder are never asked for."""
        if name in NEVER_WALKED:
            return Exclusion(NEVER_WALKED[name], by_default=True)
        path = self.folder + os.fsencode(name)
        decided = _decide(self.own, path, is_directory)
        if decided is None and is_directory and (reason := _default_reason(name, siblings)):
            return Exclusion(reason, by_default=True)
        source, pattern = decided or _decide(self.git, path, is_directory) or (None, None)
        if source is None or pattern is None or not pattern.excludes:
            return None
        return Exclusion(f"{source.source}: {pattern.text}", by_default=False)

    def keeps_folder(self, name: str) -> bool:
        """Whether one of our own ignore files says in a negated pattern that this subfolder is wanted."""
        decided = _decide(self.own, self.folder + os.fsencode(name), is_directory=True)
        return decided is not None and not decided[1].excludes

    def below(self, name: str, location: Path) -> IgnoreRules:
        """The rules for the entries of a subfolder that lies at `location`."""
        return self._with_files_of(self.folder + os.fsencode(name) + b"/", location)

    def _with_files_of(self, folder: bytes, location: Path) -> IgnoreRules:
        unreadable: list[tuple[str, str]] = []
        own = _read_ignore_file(location / OWN_IGNORE_NAME, folder, unreadable)
        git = _read_ignore_file(location / GIT_IGNORE_NAME, folder, unreadable)
        return IgnoreRules(folder, own + self.own, git + self.git, tuple(unreadable))


def load_rules(root: Path) -> IgnoreRules:
    """The rules for the entries of `root`, with those of the repository that it lies in."""
    root = Path(os.path.abspath(root))
    top = next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), root)
    rules = _load_from(top, root)
    # Who asks for a folder that its repository ignores wants that folder: the repository has no say in it.
    return rules or _load_from(root, root) or IgnoreRules(b"")


def _load_from(top: Path, root: Path) -> IgnoreRules | None:
    exclude = _read_ignore_file(_git_folder(top) / "info" / "exclude", b"", [])
    rules = IgnoreRules(b"", (), exclude)._with_files_of(b"", top)
    location = top
    for name in root.relative_to(top).parts:
        if (excluded := rules.exclusion_of(name, is_directory=True)) and not excluded.by_default:
            return None
        location = location / name
        rules = rules.below(name, location)
    return rules


def parse_patterns(content: bytes) -> tuple[IgnorePattern, ...]:
    """The patterns of an ignore file, last first; lines that git discards are discarded."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return tuple(pattern for line in reversed(lines) if (pattern := _parse_line(line.removesuffix(b"\r"))) is not None)


def _parse_line(line: bytes) -> IgnorePattern | None:
    if line.startswith(b"#"):
        return None
    body = _strip_trailing_spaces(line)
    text = body.decode("utf-8", "backslashreplace")
    excludes = not body.startswith(b"!")
    body = body if excludes else body[1:]
    only_directories = body.endswith(b"/")
    body = body[:-1] if only_directories else body
    if not body:
        return None
    # "a/**" is everything below a, and not a itself: a negated pattern may then keep some of it.
    body = body + b"/*" if body.endswith(b"/**") else body
    # What begins with ! or # here is escaped already or was preceded by "!", and then is meant literally.
    body = b"\\" + body if body[:1] in (b"!", b"#") else body
    # pathspec strips what Latin-1 takes for white space, the last byte of an "à" in UTF-8 included; git only spaces.
    body = re.sub(rb"\\?([\t\v\f\r\x1c-\x1f\x85\xa0])\Z", rb"[\1]", body)
    try:
        translated = GitIgnoreSpecPattern(body).regex
    except (ValueError, re.error):
        return None
    if translated is None:
        return None
    regex = None if translated.pattern == b"." else re.compile(translated.pattern, re.DOTALL)
    return IgnorePattern(text, excludes, only_directories, regex)


def _strip_trailing_spaces(line: bytes) -> bytes:
    kept = line.rstrip(b" ")
    backslashes = len(kept) - len(kept.rstrip(b"\\"))
    return kept + b" " if kept != line and backslashes % 2 else kept


def _decide(files: Iterable[IgnoreFile], path: bytes, is_directory: bool) -> tuple[IgnoreFile, IgnorePattern] | None:
    for file in files:
        pattern = file.deciding_pattern(path, is_directory)
        if pattern is not None:
            return file, pattern
    return None


def _default_reason(name: str, siblings: frozenset[str]) -> str | None:
    if name in DEFAULT_EXCLUSIONS:
        return DEFAULT_EXCLUSIONS[name]
    if name.endswith(".egg-info"):
        return _OUTPUT
    return _OUTPUT if OUTPUT_BESIDE.get(name, frozenset()) & siblings else None


def _read_ignore_file(path: Path, base: bytes, unreadable: list[tuple[str, str]]) -> tuple[IgnoreFile, ...]:
    try:
        content = _read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        unreadable.append((path.name, error.strerror or str(error)))
        return ()
    patterns = parse_patterns(content)
    source = os.fsdecode(base).encode("utf-8", "backslashreplace").decode() + path.name
    return (IgnoreFile(source, base, patterns),) if patterns else ()


def _read_regular(path: Path) -> bytes:
    # Like git: a link is not followed, and a pipe of that name must not block the walk.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_IGNORE_FILE_BYTES) or b""


def _git_folder(top: Path) -> Path:
    """The folder that holds info/exclude: a linked work tree and a submodule name it in a file called .git."""
    dot_git = top / ".git"
    try:
        if not dot_git.is_file():
            return dot_git
        folder = top / dot_git.read_text().removeprefix("gitdir:").strip()
        common = folder / "commondir"
        return folder / common.read_text().strip() if common.is_file() else folder
    except (OSError, UnicodeDecodeError):
        return dot_git
