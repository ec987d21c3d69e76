"""Which files of a directory are read, and how each of the others is named."""

from __future__ import annotations

import os
import socket
import tracemalloc
from pathlib import Path

import pytest

from indexer.decoding import SNIFFED_BYTES, decode_text, to_storable
from indexer.walking import (
    DirectoryUnreadableError,
    FoundFile,
    ReadFile,
    SkippedPath,
    WalkSkip,
    read_file,
    walk_directory,
)


def found_paths(root: Path) -> list[str]:
    return [each.path for each in walk_directory(root) if isinstance(each, FoundFile)]


def skips(root: Path) -> dict[str, WalkSkip]:
    return {each.path: each.reason for each in walk_directory(root) if isinstance(each, SkippedPath)}


def find_only(root: Path) -> FoundFile:
    (found,) = [each for each in walk_directory(root) if isinstance(each, FoundFile)]
    return found


def test_files_come_depth_first_in_the_order_of_names(tmp_path: Path) -> None:
    for path in ("b/z.py", "b/a/x.py", "c.py", "a.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")

    assert found_paths(tmp_path) == ["a.py", "b/a/x.py", "b/z.py", "c.py"]


def test_each_path_that_is_not_read_is_named_with_its_reason(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.py"
    (root / "sub").mkdir(parents=True)
    outside.write_text("x")
    (root / "kept.py").write_text("x")
    (root / ".gitignore").write_text("*.log\n")
    (root / "a.log").write_text("x")
    (root / "node_modules").mkdir()
    (root / "cached").mkdir()
    (root / "cached" / "CACHEDIR.TAG").write_text("x")
    (root / ".env").write_text("x")
    (root / "sub" / "loop").symlink_to(root)
    (root / "out.py").symlink_to(outside)
    (root / "in.py").symlink_to(root / "kept.py")
    (root / "nowhere.py").symlink_to(root / "missing")
    (root / "self.py").symlink_to(root / "self.py")
    (root / "large.py").write_bytes(b"x" * 2_000_000)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "sock"))
        with open(os.fsencode(root) + b"/caf\xe9.py", "w") as file:
            file.write("x")

        assert skips(root) == {
            "a.log": WalkSkip.IGNORED,
            "node_modules/": WalkSkip.DEFAULT_EXCLUSION,
            "cached/": WalkSkip.DEFAULT_EXCLUSION,
            ".env": WalkSkip.SECRET,
            "sub/loop": WalkSkip.LINK_TO_DIRECTORY,
            "out.py": WalkSkip.LINK_OUTSIDE,
            "in.py": WalkSkip.LINK,
            "nowhere.py": WalkSkip.LINK_BROKEN,
            "self.py": WalkSkip.LINK_BROKEN,
            "large.py": WalkSkip.TOO_LARGE,
            "pipe": WalkSkip.SPECIAL_FILE,
            "sock": WalkSkip.SPECIAL_FILE,
            "caf\\xe9.py": WalkSkip.NAME_NOT_UTF8,
        }
        assert found_paths(root) == [".gitignore", "kept.py"]


@pytest.mark.parametrize(
    ("error", "reason"), [(PermissionError(13, "no"), "unreadable"), (FileNotFoundError(2, "gone"), "vanished")]
)
def test_a_folder_that_cannot_be_listed_is_named_and_the_walk_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b.py").write_text("x")
    real = os.scandir

    def refuse(path: Path) -> object:
        if Path(path) == tmp_path / "a":
            raise error
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert skips(tmp_path) == {"a/": WalkSkip(reason)}
    assert found_paths(tmp_path) == ["b.py"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "a.py").chmod(0)

    outcome = read_file(find_only(tmp_path))

    assert isinstance(outcome, SkippedPath)
    assert outcome.reason is WalkSkip.UNREADABLE


def test_files_that_change_after_they_were_found_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    found = find_only(tmp_path)
    reasons = []
    for kind in ("nothing", "pipe", "link"):
        found.location.unlink(missing_ok=True)
        if kind == "pipe":
            os.mkfifo(found.location)
        if kind == "link":
            found.location.symlink_to("/etc/hosts")
        outcome = read_file(found)
        assert isinstance(outcome, SkippedPath)
        reasons.append(outcome.reason)

    assert reasons == [WalkSkip.VANISHED, WalkSkip.SPECIAL_FILE, WalkSkip.UNREADABLE]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_root_that_is_no_directory_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(DirectoryUnreadableError):
        list(walk_directory(tmp_path / kind))


def test_a_large_or_binary_file_is_never_held_whole(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as file:
        file.write(b"\0")
        file.truncate(50_000_000)
    found = [each for each in walk_directory(tmp_path, max_file_bytes=100_000_000) if isinstance(each, FoundFile)]
    tracemalloc.start()

    outcomes = [read_file(found[0], max_file_bytes=limit) for limit in (100_000_000, 1_000)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [each.reason for each in outcomes if isinstance(each, SkippedPath)] == [WalkSkip.BINARY, WalkSkip.TOO_LARGE]
    assert peak < 1_000_000


def test_a_deep_tree_is_walked(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(300):
        folder = folder / "d"
        folder.mkdir()
    (folder / "a.py").write_text("x")

    assert found_paths(tmp_path) == ["d/" * 300 + "a.py"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("é\r\n".encode(), "é\r\n"),
        (b"\xef\xbb\xbfa", "a"),
        ("\ufeffaé".encode("utf-16-le"), "aé"),
        ("\ufeffaé".encode("utf-16-be"), "aé"),
        ("\ufeffaé".encode("utf-32-le"), "aé"),
        ("# déjà vu\n".encode("latin-1"), "# déjà vu\n"),
        (b"say \x93hello\x94 twice", "say “hello” twice"),
        (b"\xff\xfea", None),
        (b"\xe9\xe8\xff\xe7", None),
        (b"\x01\x02\xff abcdefgh", None),
        (b"a\0b", "a\ufffdb"),
    ],
)
def test_bytes_are_decoded_as_text_or_not_at_all(content: bytes, text: str | None) -> None:
    assert decode_text(content) == text


def test_a_nul_far_into_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x" * SNIFFED_BYTES + b"\0y")

    outcome = read_file(find_only(tmp_path))

    assert isinstance(outcome, ReadFile)
    assert outcome.text.endswith("x\ufffdy")


def test_what_postgresql_refuses_is_replaced_one_for_one() -> None:
    assert to_storable("a\0b\ud800c\udfffé😀\n") == "a\ufffdb\ufffdc\ufffdé😀\n"
