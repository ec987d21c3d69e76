"""Pinned archives are checked before they are unpacked; this project is copied without its own answers."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import sources
from benchmarks.sources import SOURCES, Registry, Source, check_digest, copy_own_sources, fetch_sources, unpack
from models.errors import SetupError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    content = tmp_path / "prices.py"
    content.write_text("def round_price(): ...\n")
    made = tmp_path / "shop-1.0.tgz"
    with tarfile.open(made, "w:gz") as packed:
        packed.add(content, "shop-1.0/lib/prices.py")
    return made


@pytest.fixture
def pinned(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A package of the archive's, whose download is a copy of it."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    source = Source("shop", "python", "MIT", Registry.NPM, "shop", "1.0", digest, "shop-1.0/lib", "src")
    monkeypatch.setattr(sources, "SOURCES", (source,))
    monkeypatch.setattr(sources, "DOWNLOAD", {Registry.NPM: lambda _, __: archive})
    return source


def test_a_package_is_put_where_its_labels_expect_it_and_only_once(pinned: Source, tmp_path: Path) -> None:
    destination = tmp_path / "fetched"

    first, second = fetch_sources(destination), fetch_sources(destination)

    assert (first, second) == (["shop"], [])
    assert (destination / "shop" / "src" / "prices.py").read_text() == "def round_price(): ...\n"


def test_another_archive_under_the_same_version_is_refused(
    pinned: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "SOURCES", (replace(pinned, digest="0" * 64),))

    with pytest.raises(SetupError, match="not the archive"):
        fetch_sources(tmp_path / "fetched")

    assert not (tmp_path / "fetched" / "shop").exists()


def test_a_digest_is_that_of_the_whole_file(archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()

    check_digest(archive, digest)
    archive.write_bytes(archive.read_bytes() + b"\0")

    with pytest.raises(SetupError):
        check_digest(archive, digest)


def test_a_wheel_is_unpacked(tmp_path: Path) -> None:
    wheel = tmp_path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("shop/prices.py", "")

    unpack(wheel, tmp_path / "out")

    assert (tmp_path / "out" / "shop" / "prices.py").exists()


def test_a_client_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not installed"):
        sources._run(["no-such-client"], tmp_path)


def test_every_package_has_a_digest_and_a_permissive_licence() -> None:
    assert 5 <= len(SOURCES) <= 8
    assert len({source.language for source in SOURCES}) >= 6
    assert [source.name for source in SOURCES if len(source.digest) != 64] == []
    assert {source.licence for source in SOURCES} <= {"MIT", "MIT or Apache-2.0", "BSD-3-Clause"}


def test_this_project_is_copied_without_the_files_that_hold_the_answers(tmp_path: Path) -> None:
    destination = tmp_path / "own"

    copied = copy_own_sources(destination)

    files = {file.relative_to(destination).as_posix() for file in destination.rglob("*") if file.is_file()}
    assert len(files) == copied
    assert {"README.md", "indexer/parsing.py", "sql/search.py", "benchmarks/sources.py"} <= files
    assert not any(file.startswith("benchmarks/queries/") and file.endswith(".json") for file in files)
