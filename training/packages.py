"""Which packages the encoder learns from: one row each, with the version that was used and its licence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PACKAGES_FILE = Path(__file__).with_name("packages.tsv")
# A part of the list, to try a step with.
FEW_PACKAGES_FILE = Path(__file__).with_name("few_packages.tsv")
HEADER = "registry\tname\tversion\tlicence\tuse"
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")


class Registry(StrEnum):
    """Where a package comes from, and so which client fetches it."""

    PYPI = "pypi"
    NPM = "npm"
    DEBIAN = "deb"
    DEBIAN_SOURCE = "deb-src"


class Use(StrEnum):
    """What a package is for. What is held out is never trained on, and is never vendored in what is."""

    TRAIN = "train"
    VALIDATE = "validate"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Package:
    """One package. An empty version is the one that the registry serves today."""

    registry: Registry
    name: str
    version: str = ""
    licence: str = ""
    use: Use = Use.TRAIN

    @property
    def key(self) -> str:
        """A file name of its own."""
        return f"{self.registry}_{_UNSAFE.sub('_', self.name.lstrip('@'))}"


def read_packages(path: Path = PACKAGES_FILE) -> list[Package]:
    """Raises ValueError for a row that is no package."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and line != HEADER]
    packages = []
    for row in rows:
        if len(row) != 5:
            raise ValueError(f"{path}: five columns are expected in {row!r}")
        registry, name, version, licence, use = row
        packages.append(Package(Registry(registry), name, version, licence, Use(use)))
    return packages


def write_packages(packages: Iterable[Package], path: Path = PACKAGES_FILE) -> None:
    rows = sorted("\t".join((each.registry, each.name, each.version, each.licence, each.use)) for each in packages)
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
