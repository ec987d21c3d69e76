"""Brings packages into a folder with the registries' own clients: pip, npm and apt."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from training.packages import Package, Registry

# One call of a client for so many packages; what fails together is tried again one by one.
BATCH = {Registry.PYPI: 15, Registry.NPM: 25, Registry.DEBIAN: 100, Registry.DEBIAN_SOURCE: 25}
# Calls of one client at a time. apt locks its folder.
CALLS = {Registry.PYPI: 2, Registry.NPM: 2, Registry.DEBIAN: 1, Registry.DEBIAN_SOURCE: 2}
CALL_SECONDS = 900
# What apt tells of each index that it reads: where it is from, which release and component, and whose.
INDEX_FORMAT = "$(ORIGIN)\t$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)"


def fetch_packages(packages: Iterable[Package], folder: Path) -> None:
    """Fetch what is not there yet, into one folder a registry; what cannot be had is left out, and seen as missing."""
    by_registry: dict[Registry, list[Package]] = defaultdict(list)
    for package in packages:
        if not (folder / "fetched" / package.key).exists():
            by_registry[package.registry].append(package)
    (folder / "fetched").mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(len(Registry)) as lanes:
        for _ in lanes.map(partial(_fetch_lane, folder), by_registry, by_registry.values()):
            pass


def _fetch_lane(folder: Path, registry: Registry, packages: Sequence[Package]) -> None:
    target = folder / registry
    target.mkdir(parents=True, exist_ok=True)
    if registry is Registry.DEBIAN_SOURCE:
        _apt(folder, "update")
    with ThreadPoolExecutor(CALLS[registry]) as calls:
        for _ in calls.map(partial(_fetch_batch, folder, registry), _batches(packages, BATCH[registry])):
            pass


def _batches(packages: Sequence[Package], size: int) -> Iterator[Sequence[Package]]:
    for start in range(0, len(packages), size):
        yield packages[start : start + size]


def _fetch_batch(folder: Path, registry: Registry, packages: Sequence[Package]) -> None:
    if _call(_command(folder, registry, packages), folder / registry):
        done = list(packages)
    else:
        done = [one for one in packages if _call(_command(folder, registry, [one]), folder / registry)]
    for package in done:
        (folder / "fetched" / package.key).touch()


def _command(folder: Path, registry: Registry, packages: Sequence[Package]) -> list[str]:
    match registry:
        case Registry.PYPI:
            names = [f"{each.name}=={each.version}" if each.version else each.name for each in packages]
            return [
                sys.executable,
                "-m",
                "pip",
                "--disable-pip-version-check",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                *names,
            ]
        case Registry.NPM:
            names = [f"{each.name}@{each.version}" if each.version else each.name for each in packages]
            return ["npm", "pack", "--silent", "--ignore-scripts", *names]
        case Registry.DEBIAN:
            names = [f"{each.name}={each.version}" if each.version else each.name for each in packages]
            return ["apt-get", "--quiet", "download", *names]
        case Registry.DEBIAN_SOURCE:
            names = [f"{each.name}={each.version}" if each.version else each.name for each in packages]
            return [*_apt_command(folder), "--quiet", "source", "--download-only", *names]


def _apt_command(folder: Path) -> list[str]:
    """apt with an index of source packages of its own: the machine's lists stay as they are."""
    state = folder / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    sources = state / "sources.list"
    sources.write_text(_source_lines())
    options = {
        "Dir::Etc::SourceList": sources.resolve(),
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": (state / "lists").resolve(),
        "Dir::Cache": (state / "cache").resolve(),
    }
    return ["apt-get", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]


def _source_lines() -> str:
    """The sources behind the packages of Debian that this machine's apt knows."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", INDEX_FORMAT, "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return source_lines(told)


def source_lines(told: str) -> str:
    """A list of sources from what apt tells of its indexes, a line each in INDEX_FORMAT."""
    indexes = (line.split("\t") for line in told.splitlines())
    rows = {(release, uri, part) for origin, uri, release, part in indexes if origin == "Debian"}
    # apt takes a package from the first that has it. By release, `bookworm` is before `bookworm-security`, where files
    # may be gone that the index still names.
    return "".join(f"deb-src {uri} {release} {part}\n" for release, uri, part in sorted(rows))


def _apt(folder: Path, verb: str) -> None:
    subprocess.run([*_apt_command(folder), "--quiet", verb], check=True, capture_output=True)


def _call(command: Sequence[str], folder: Path) -> bool:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=CALL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False
