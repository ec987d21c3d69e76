"""Which paths are left out, compared with git itself."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from indexer.ignoring import DEFAULT_EXCLUSIONS, NEVER_WALKED, IgnoreRules, load_rules, parse_patterns

GIT = shutil.which("git")
QUIET_GIT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
NAMES = ["a", "b", "foo", "bar", "a.py", "foo.py", "é", "x y", "#c", "!d", "a[b]", "à"]
SEGMENTS = [
    "a", "b", "foo", "bar", "*", "**", "?", "*.py", "fo*", "[ab]", "[!a]", "é", "à", "x y", "foo.py", "\\#c", "\\!d",
    "f?o", "a.py", "[a-f]*", "#c", "!d", "a\\[b\\]", "x\\ y",
]  # fmt: skip


def excluded_paths(root: Path) -> set[str]:
    excluded: set[str] = set()

    def visit(rules: IgnoreRules, folder: Path, *, below_excluded: bool) -> None:
        for name in sorted(set(os.listdir(folder)) - {".git"}):
            path = folder / name
            out = below_excluded or rules.exclusion_of(name, is_directory=path.is_dir()) is not None
            if out:
                excluded.add(str(path.relative_to(root)))
            if path.is_dir():
                visit(rules.below(name, path), path, below_excluded=out)

    visit(load_rules(root), root, below_excluded=False)
    return excluded


def excluded_by_git(root: Path) -> set[str]:
    assert GIT is not None
    paths = [str(path.relative_to(root)) for path in root.rglob("*") if ".git" not in path.relative_to(root).parts]
    answer = subprocess.run(
        [GIT, "-C", str(root), "check-ignore", "-z", "--stdin", "--no-index"],
        input="\0".join(paths).encode(), capture_output=True, env=QUIET_GIT, check=False,
    )  # fmt: skip
    assert answer.returncode in (0, 1), answer.stderr
    return set(answer.stdout.decode().split("\0")) - {""}


def random_pattern(dice: random.Random) -> str:
    pattern = "/".join(dice.choice(SEGMENTS) for _ in range(dice.choice([1, 1, 1, 2, 2, 3])))
    pattern = ("/" if dice.random() < 0.25 else "") + pattern + ("/" if dice.random() < 0.35 else "")
    ending = dice.choice([" ", "\r", "\\ ", "  ", "\t"]) if dice.random() < 0.1 else ""
    return ("!" if dice.random() < 0.35 else "") + pattern + ending


def plant_tree(dice: random.Random, folder: Path, depth: int = 0) -> None:
    for name in dice.sample(NAMES, 4):
        if depth < 3 and dice.random() < 0.5:
            (folder / name).mkdir()
            plant_tree(dice, folder / name, depth + 1)
        else:
            (folder / name).write_text("x")
    if depth == 0 or dice.random() < 0.35:
        (folder / ".gitignore").write_text("\n".join(random_pattern(dice) for _ in range(dice.randint(1, 5))) + "\n")


@pytest.mark.skipif(GIT is None, reason="no git to compare with")
@pytest.mark.parametrize("seed", range(20))
def test_excludes_in_a_random_tree_what_git_excludes(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    subprocess.run(["git", "init", "-q", tmp_path], env=QUIET_GIT, check=True)
    plant_tree(dice, tmp_path)
    (tmp_path / ".git/info/exclude").write_text(random_pattern(dice) + "\n")

    assert excluded_paths(tmp_path) == excluded_by_git(tmp_path)


def plant(root: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


@pytest.mark.parametrize(
    ("files", "out", "kept"),
    [
        pytest.param(
            {".gitignore": "*.log\n!keep.log\n", "a.log": "", "keep.log": ""}, {"a.log"}, {"keep.log"}, id="negated"
        ),
        pytest.param(
            {".gitignore": "*.log\n", "sub/.gitignore": "!*.log\n", "a.log": "", "sub/b.log": ""},
            {"a.log"}, {"sub/b.log"}, id="nested file overrules",
        ),
        pytest.param(
            {".gitignore": "build/\n!build/keep\n", "build/keep": ""}, {"build", "build/keep"}, set(),
            id="nothing comes back from an excluded folder",
        ),
        pytest.param(
            {".gitignore": "logs/**\n!logs/keep\n", "logs/keep": "", "logs/x": ""}, {"logs/x"}, {"logs/keep"},
            id="content of a folder, not the folder",
        ),
        pytest.param(
            {".gitignore": "secret.py\n", ".codingitignore": "!secret.py\nmine.py\n", "secret.py": "", "mine.py": ""},
            {"mine.py"}, {"secret.py"}, id="ours before git's",
        ),
        pytest.param({"node_modules/a.js": "", "src/a.js": ""}, {"node_modules"}, {"src"}, id="default"),
        pytest.param(
            {".codingitignore": "!node_modules/\n", "node_modules/a.js": ""}, set(), {"node_modules/a.js"},
            id="default taken back",
        ),
        pytest.param(
            {".gitignore": "*\n!*/\n!*.py\n", "a.py": "", "node_modules/b.py": ""}, {"node_modules"}, {"a.py"},
            id="git's list of what to keep does not bring dependencies in",
        ),
        pytest.param(
            {"Cargo.toml": "", "target/x": "", "java/target/y": ""}, {"target"}, {"java/target/y"},
            id="output only beside its tool's manifest",
        ),
    ],
)  # fmt: skip
def test_rules_of_several_files(tmp_path: Path, files: dict[str, str], out: set[str], kept: set[str]) -> None:
    plant(tmp_path, files)

    rules = load_rules(tmp_path)
    siblings = frozenset(os.listdir(tmp_path))
    excluded = excluded_paths(tmp_path) | {
        name for name in siblings
        if rules.exclusion_of(name, is_directory=(tmp_path / name).is_dir(), siblings=siblings)
    }  # fmt: skip

    assert out <= excluded
    assert not kept & excluded


@pytest.mark.parametrize("name", sorted(NEVER_WALKED))
def test_no_pattern_brings_the_history_in(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {".codingitignore": "!*/\n!.*/\n"})

    excluded = load_rules(tmp_path).exclusion_of(name, is_directory=True)

    assert excluded is not None
    assert excluded.by_default


@pytest.mark.parametrize("name", sorted(DEFAULT_EXCLUSIONS))
def test_every_default_gives_its_reason(tmp_path: Path, name: str) -> None:
    excluded = load_rules(tmp_path).exclusion_of(name, is_directory=True)

    assert excluded is not None
    assert len(excluded.detail) > 10


def test_a_subfolder_of_a_repository_obeys_the_rules_above_it(tmp_path: Path) -> None:
    plant(tmp_path, {".git/info/exclude": "*.tmp\n", ".gitignore": "/web/out\n*.log\n", "web/a.py": ""})

    rules = load_rules(tmp_path / "web")

    found = {name for name in ("out", "x.log", "y.tmp", "a.py") if rules.exclusion_of(name, is_directory=False)}
    assert found == {"out", "x.log", "y.tmp"}


def test_a_folder_that_its_repository_ignores_can_be_asked_for(tmp_path: Path) -> None:
    plant(tmp_path, {".git/HEAD": "", ".gitignore": "*\n", "mine/a.py": ""})

    assert load_rules(tmp_path / "mine").exclusion_of("a.py", is_directory=False) is None


def test_the_exclude_file_of_a_linked_work_tree_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "main/.git/info/exclude": "*.tmp\n",
            "main/.git/worktrees/side/commondir": "../..\n",
            "side/.git": f"gitdir: {tmp_path}/main/.git/worktrees/side\n",
        },
    )

    assert load_rules(tmp_path / "side").exclusion_of("a.tmp", is_directory=False) is not None


def test_an_exclusion_names_the_file_and_the_pattern(tmp_path: Path) -> None:
    plant(tmp_path, {"sub/.gitignore": "*.log\n"})

    excluded = load_rules(tmp_path).below("sub", tmp_path / "sub").exclusion_of("a.log", is_directory=False)

    assert excluded is not None
    assert excluded.detail == "sub/.gitignore: *.log"


@pytest.mark.parametrize("line", [b"", b"   ", b"# note", b"/", b"!", b"[a", b"a\\"])
def test_lines_that_git_discards_are_no_patterns(line: bytes) -> None:
    assert parse_patterns(line + b"\n") == ()
