"""What is taken from a fetched package, what is left out and why, and what ties its files together."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from training.arrays import KINDS, learn_vocabulary, part_of
from training.collecting import Collected, Known, collect_package
from training.keep_out import keeps_out_package, line_groups
from training.licences import is_permissive
from training.packages import FEW_PACKAGES_FILE, Package, Registry, Use, read_packages, write_packages
from training.sampling import TooFewPairsError
from training.unpacking import is_wanted, is_written

PACKAGE = Package(Registry.NPM, "@scope/visits", use=Use.TRAIN)
STORE = """/**
 * Keeps the sessions of visitors on disk.
 */
export class SessionStore {
  /** Returns the session with this identifier. */
  loadSession(identifier) {
    if (!this.sessions.has(identifier)) throw new Error("no session is kept under this identifier");
    return this.sessions.get(identifier) ?? this.readFromDisk(identifier);
  }

  /** Removes the sessions that were not used for a day. */
  dropExpiredSessions(now) {
    for (const [identifier, session] of this.sessions) if (session.until < now) this.sessions.delete(identifier);
  }
}
"""
TEST = """import { SessionStore } from "../src/session_store.js";
describe("sessions", () => {
  it("forgets what was not used for a day", () => {
    const store = new SessionStore();
    store.sessions.set("a", { until: 1 });
    store.dropExpiredSessions(2);
    expect(store.sessions.size).toBe(0);
  });
});
// A line so that this file is long enough to be read at all, which takes three hundred characters.
"""
README = """# Visits

## Reading a session

Call `loadSession` with the identifier that the cookie of the visitor holds, and get what they did before.

## Cleaning up the store

Once an hour `dropExpiredSessions` should be called, so that what nobody comes back to does not stay.
Visitors who come back later than that are greeted like new ones, and keep nothing of what they did before.
"""
FILES = {
    "package/package.json": '{"name": "@scope/visits", "license": "MIT"}',
    "package/src/session_store.js": STORE,
    "package/test/session_store.test.js": TEST,
    "package/README.md": README,
    "package/node_modules/other/index.js": STORE,
    "package/src/lodash/index.js": STORE,
    "package/src/bundle.js": "x" * 400 + ";" + "y" * 2_000,
    "package/src/copied_from_gnu.js": f"// GNU General Public License\n{STORE}",
}


def test_a_package_gives_its_own_files_and_says_why_others_are_left_out(tmp_path: Path) -> None:
    found = _collect(tmp_path, FILES)

    assert (found.version, found.licence) == ("1.2.3", "MIT")
    assert {found.languages[pair.file] for pair in found.pairs} == {"javascript"}
    assert found.left_out == {"name that is kept out": 1, "generated or minified": 1, "licence of the file": 1}


def test_a_test_asks_for_what_it_calls_and_a_readme_for_what_it_names(tmp_path: Path) -> None:
    pairs = _collect(tmp_path, FILES).pairs

    tested = [pair for pair in pairs if pair.kind == "test"]
    assert [pair.query for pair in tested] == ["forgets what was not used for a day"]
    assert "dropExpiredSessions(now)" in tested[0].document
    sections = {pair.query: pair.document for pair in pairs if pair.kind == "section"}
    assert "loadSession(identifier)" in sections["Reading a session"]
    assert "dropExpiredSessions(now)" in sections["Cleaning up the store"]


@pytest.mark.parametrize("licence", ['"GPL-3.0"', '"UNLICENSED"', "null"])
def test_without_a_permissive_licence_nothing_is_taken(tmp_path: Path, licence: str) -> None:
    found = _collect(tmp_path, {**FILES, "package/package.json": f'{{"license": {licence}}}'})

    assert found.pairs == []
    assert found.left_out["licence of the package"] > 0


def test_a_copy_of_what_is_measured_or_held_out_is_left_out(tmp_path: Path) -> None:
    groups = line_groups(STORE)

    measured = _collect(tmp_path, FILES, Known(measured=groups))
    held_out = _collect(tmp_path, FILES, Known(held_out=groups))
    listed = _collect(tmp_path, FILES, Known(copies=frozenset({(PACKAGE.key, "package/src/session_store.js")})))

    for found in (measured, held_out, listed):
        assert not any(pair.kind == "doc" for pair in found.pairs)
    assert measured.copied == listed.copied == ["package/src/session_store.js"]
    assert held_out.copied == []


def test_the_same_package_gives_the_same_pairs(tmp_path: Path) -> None:
    assert _collect(tmp_path, FILES).pairs == _collect(tmp_path, FILES).pairs


def test_pairs_become_arrays_by_use(tmp_path: Path) -> None:
    found = _collect(tmp_path, FILES)
    collected = [(PACKAGE, found), (Package(Registry.NPM, "other", use=Use.TEST), found)]
    tokenizer = learn_vocabulary(collected, 400)

    train, test = (part_of(collected, use, tokenizer) for use in (Use.TRAIN, Use.TEST))

    assert len(train.rows) == len(test.rows) > 10
    assert set(train.table.packages) == {0}
    assert set(test.table.packages) == {1}
    row = next(row for row in test.rows if test.table.kinds[row] == KINDS.index("test"))
    assert test.texts.queries[row] == "forgets what was not used for a day"


def test_without_pairs_for_a_use_it_is_said_which(tmp_path: Path) -> None:
    collected = [(PACKAGE, _collect(tmp_path, FILES))]

    with pytest.raises(TooFewPairsError, match="pairs to validate with"):
        part_of(collected, Use.VALIDATE, learn_vocabulary(collected, 400))


def test_the_list_of_packages_is_read_as_it_was_written(tmp_path: Path) -> None:
    packages = [PACKAGE, Package(Registry.DEBIAN_SOURCE, "expat", "2.5.0-1", "MIT", Use.VALIDATE)]

    write_packages(packages, tmp_path / "packages.tsv")

    assert sorted(read_packages(tmp_path / "packages.tsv"), key=lambda each: each.key) == sorted(
        packages, key=lambda each: each.key
    )
    (tmp_path / "packages.tsv").write_text("npm\tonly two columns\n")
    with pytest.raises(ValueError, match="five columns"):
        read_packages(tmp_path / "packages.tsv")


def test_the_committed_list_is_pinned_permissive_and_holds_nothing_that_is_kept_out() -> None:
    packages = read_packages()

    assert len(packages) > 1_000
    assert [each.name for each in packages if keeps_out_package(each.name)] == []
    assert [each.name for each in packages if not each.version or not each.licence] == []
    unclear = {each.licence for each in packages if not is_permissive(each.licence)}
    assert unclear == set()
    assert len({each.key for each in packages}) == len(packages)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("src/a.py", True),
        ("README.md", True),
        ("src/vendor/a.py", False),
        ("a.min.js", False),
        ("types/a.d.ts", False),
        ("data.json", False),
        ("picture.png", False),
    ],
)
def test_only_sources_and_prose_of_the_package_itself_are_wanted(path: str, wanted: bool) -> None:
    assert is_wanted(path) is wanted


def test_what_a_program_wrote_is_told() -> None:
    assert not is_written("// Code generated by a tool. DO NOT EDIT.\nint a;")
    assert is_written("int a;")


def _collect(folder: Path, files: dict[str, str], known: Known | None = None) -> Collected:
    target = folder / "npm" / "scope-visits-1.2.3.tgz"
    target.parent.mkdir(exist_ok=True)
    with tarfile.open(target, "w:gz") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(path)
            raw = text.encode()
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return collect_package(PACKAGE, folder, known or Known(), 1)


def test_the_short_list_is_a_part_of_the_list_and_has_each_use() -> None:
    few = read_packages(FEW_PACKAGES_FILE)

    assert set(few) < set(read_packages())
    assert {each.use for each in few} == set(Use)
