"""The container is built from what is installed elsewhere: the same packages, the same Python, no compiler."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}


def test_every_package_of_the_distribution_is_copied_and_let_through() -> None:
    copied = {target for source, target in re.findall(r"^COPY (\w+) (\w+)$", DOCKERFILE, re.MULTILINE)}
    let_through = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))

    assert copied == PACKAGES
    assert let_through == PACKAGES | {"pyproject.toml", "README.md"}


def test_it_does_not_run_as_root_and_installs_no_compiler() -> None:
    installed = set(re.findall(r"--no-install-recommends ([^\\\n]+)", DOCKERFILE))

    assert re.search(r"^USER codingit$", DOCKERFILE, re.MULTILINE)
    assert {package for line in installed for package in line.split()} == {"ca-certificates", "python3", "python3-venv"}
