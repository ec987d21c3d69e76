"""What is kept out of training: names under any packaging, folders named like it, and copies by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.keep_out import groups_of_sources, is_copied, keeps_out_package, keeps_out_path, line_groups

SOURCE = "\n".join(f"the_line_number_{number} = compute_something({number})" for number in range(40))
OTHER = "\n".join(f"another_line_number_{number} = return_nothing({number})" for number in range(40))


@pytest.mark.parametrize(
    "name",
    [
        "requests",
        "golang-github-gin-gonic-gin-dev",
        "golang-github-spf13-cobra-dev",
        "golang-google-grpc-dev",
        "librust-serde-dev",
        "librust-serde-json-dev",
        "librust-tokio-util-dev",
        "ruby-rack",
        "ruby-rspec-core",
        "php-monolog",
        "php-symfony-yaml",
        "php-doctrine-orm",
        "haskell-aeson",
        "libgson-java",
        "lodash.debounce",
        "@nestjs/core",
        "@trpc/server",
        "react",
        "vue",
        "newtonsoft-json",
        "rails",
    ],
)
def test_a_measured_project_is_kept_out_under_any_packaging(name: str) -> None:
    assert keeps_out_package(name)


@pytest.mark.parametrize(
    "name", ["react-hook-form", "golang-github-gorilla-mux-dev", "librust-regex-dev", "express-session", "expat", "rq"]
)
def test_another_project_may_be_learned_from(name: str) -> None:
    assert not keeps_out_package(name)


@pytest.mark.parametrize(
    "path",
    [
        "src/pip/vendored/requests/api.py",
        "third/moment.js",
        "lib/sqlite3.c",
        "include/nlohmann/detail/value.hpp",
        "usr/share/gocode/src/github.com/spf13/cobra/command.go",
        "serde-1.0.130/src/lib.rs",
    ],
)
def test_a_vendored_copy_is_told_by_its_folder_or_file(path: str) -> None:
    assert keeps_out_path(path)


def test_a_file_of_another_project_is_not_told_so() -> None:
    assert not keeps_out_path("src/connexion/apis/abstract.py")


def test_a_copy_is_told_by_its_lines_though_some_were_changed(tmp_path: Path) -> None:
    (tmp_path / "measured.py").write_text(SOURCE)
    measured = groups_of_sources(tmp_path)

    changed = SOURCE.replace("number_3 ", "number_three ").replace("    ", "\t")

    assert is_copied(changed, measured)
    assert is_copied(f"{SOURCE}\n{OTHER}", measured)
    assert not is_copied(OTHER, measured)


def test_what_has_few_long_lines_is_no_copy_of_anything() -> None:
    assert line_groups("a = 1\nb = 2\n") == frozenset()
    assert not is_copied("a = 1\nb = 2\n", frozenset())
