"""The search that everybody has: ripgrep for any word of the query, files with the most matches first."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from models.errors import SetupError

SHORTEST_WORD = 3
_WORD = re.compile(r"\w+")


def find_ripgrep(cache: Path) -> Path:
    """The installed program, else Debian's package unpacked into the cache. Raises SetupError."""
    installed = shutil.which("rg")
    if installed is not None:
        return Path(installed)
    program = cache / "ripgrep" / "usr" / "bin" / "rg"
    if not program.exists():
        downloads = cache / "downloads"
        downloads.mkdir(parents=True, exist_ok=True)
        _run(["apt-get", "--quiet", "download", "ripgrep"], downloads)
        package = next(downloads.glob("ripgrep_*.deb"))
        _run(["dpkg-deb", "-x", str(package), str(cache / "ripgrep")], downloads)
    return program


def ask_ripgrep(program: Path, folders: Mapping[str, Path], queries: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The answer of the protocol in peer_programs; there is no index, and memory is that of the largest process."""
    times, results, peak = [], [], 0
    for repo, query in queries:
        started = perf_counter()
        text, used = _count_matches(program, folders[repo], words_of(query))
        results.append(rank_counts(text)[:10])
        times.append((perf_counter() - started) * 1000)
        peak = max(peak, used)
    return {"index_seconds": 0.0, "query_ms": times, "results": results, "peak_mb": peak / 1024}


def words_of(query: str) -> list[str]:
    """The words that are looked for, short ones left out unless there are no others."""
    words = list(dict.fromkeys(_WORD.findall(query)))
    return [word for word in words if len(word) >= SHORTEST_WORD] or words or [query]


def rank_counts(text: str) -> list[str]:
    """Paths of `path:count` lines, most matches first, then by path."""
    counts = []
    for line in text.splitlines():
        path, _, count = line.rpartition(":")
        counts.append((-int(count), path.removeprefix("./")))
    return [path for _, path in sorted(counts)]


def _count_matches(program: Path, folder: Path, words: Sequence[str]) -> tuple[str, int]:
    """What ripgrep says, and the kilobytes that it took at most."""
    patterns = [part for word in words for part in ("-e", word)]
    command = [str(program), "--count-matches", "--ignore-case", "--fixed-strings", "--with-filename", *patterns, "./"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        if process.stdout is None:
            raise SetupError("ripgrep's output could not be read.")
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        # 1 is how it says that nothing was found.
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        raise SetupError(f"ripgrep ended with {process.returncode}.", hint="Run it by hand to see more.")
    return text, usage.ru_maxrss


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is not installed.", hint="Install ripgrep.") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        raise SetupError(f"ripgrep could not be had: {said[0][:200]}", hint="Install ripgrep.")
