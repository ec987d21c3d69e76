"""Languages are recognised, and each grammar gives the definitions of a small file with their names and kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.languages import HEAD_LENGTH, LANGUAGES, Language, language_of
from indexer.parsing import parse_source

HERE = Path(__file__).parent


def read_expectations() -> list[tuple[str, str, list[str]]]:
    """The blocks of definitions.txt: a sample's name, its language, and its definitions in order."""
    blocks: list[tuple[str, str, list[str]]] = []
    for line in (HERE / "definitions.txt").read_text().splitlines():
        if line.startswith(" "):
            blocks[-1][2].append(line.strip())
        else:
            sample, language = line.split(" is ")
            blocks.append((sample, language, []))
    return blocks


EXPECTED = read_expectations()


@pytest.mark.parametrize(("sample", "language", "definitions"), EXPECTED, ids=[each[0] for each in EXPECTED])
def test_a_sample_of_each_language_has_its_definitions(sample: str, language: str, definitions: list[str]) -> None:
    source = (HERE / "samples" / sample).read_bytes()

    known = language_of(sample, source.decode())
    assert known is not None
    parsed = parse_source(known, source, 60)

    assert known.name == language
    assert [f"{each.kind} {each.symbol}" for each in (parsed.definitions if parsed else ())] == definitions


def test_every_sample_is_expected_and_every_language_but_the_notebook_has_one() -> None:
    samples = {path.name for path in (HERE / "samples").iterdir()}

    assert {sample for sample, _, _ in EXPECTED} == samples
    assert {language for _, language, _ in EXPECTED} == {language.name for language in LANGUAGES} - {"notebook"}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each.grammar], ids=lambda each: each.name)
def test_each_grammar_reads_a_file_of_its_own_without_an_error(language: Language) -> None:
    sample = next(sample for sample, name, _ in EXPECTED if name == language.name)

    parsed = parse_source(language, (HERE / "samples" / sample).read_bytes(), 60)

    assert parsed is not None
    assert not parsed.root.has_error


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a/b/Main.PY", "", "python"),
        ("src/Makefile", "", "make"),
        ("Dockerfile.dev", "", "dockerfile"),
        ("bin/tool", "#!/usr/bin/env python3\n", "python"),
        ("bin/tool", "#!/usr/bin/env -S node --harmony\n", "javascript"),
        ("bin/tool", "#!/bin/sh -e\n", "bash"),
        ("bin/tool", "#! /usr/bin/perl -w\n", "perl"),
        ("a.h", "int f(int);\n", "c"),
        ("a.h", "/* (c) */\n#pragma once\nnamespace a {\n", "cpp"),
        ("a.h", "#include <string>\nint f();\n", "cpp"),
        ("a.h", "#include <string.h>\nstruct a { int class_id; };\n", "c"),
    ],
)
def test_a_language_is_told_by_name_interpreter_or_head(path: str, head: str, language: str) -> None:
    known = language_of(path, head)

    assert known is not None
    assert known.name == language


@pytest.mark.parametrize(("path", "head"), [("data.bin", ""), ("notes", "no shebang\n"), ("x", "#!/opt/unknown\n")])
def test_what_no_language_claims_is_none(path: str, head: str) -> None:
    assert language_of(path, head) is None


def test_what_stands_beyond_the_head_does_not_change_the_language() -> None:
    head = "/" * HEAD_LENGTH + "\nnamespace a {\n"

    known = language_of("a.h", head)

    assert known is not None
    assert known.name == "c"


def test_no_extension_or_file_name_belongs_to_two_languages() -> None:
    claims = [claim for language in LANGUAGES for claim in (*language.extensions, *language.filenames)]

    assert sorted(claims) == sorted(set(claims))
