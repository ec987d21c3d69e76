"""Chunks follow the definitions of a file, and say what they are about."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from indexer.chunking import LARGEST_SIZE, LONGEST, TARGET_SIZE, Chunk, chunk_source, embedding_header
from models.kinds import ChunkKind


def size_of(text: str) -> int:
    return sum(not letter.isspace() for letter in text)


def chunk_that_defines(chunks: tuple[Chunk, ...], name: str) -> Chunk:
    return next(chunk for chunk in chunks if name in chunk.defines)


def python_function(name: str, statements: int, indent: str = "") -> str:
    body = "".join(f"{indent}    value_{number} = compute_{name}({number})\n" for number in range(statements))
    return f"{indent}def {name}(argument):\n{body}"


def test_an_empty_text_has_no_chunks_and_a_blank_one_has_one() -> None:
    assert chunk_source("a.py", "") == ()
    assert [chunk.content for chunk in chunk_source("a.py", " \n\n\t\n")] == [" \n\n\t\n"]


def test_functions_of_some_size_are_chunks_of_their_own() -> None:
    source = "\n\n".join(python_function(name, 30) for name in ("first", "second", "third"))

    chunks = chunk_source("a.py", source)

    assert [(chunk.symbol, chunk.kind) for chunk in chunks] == [
        ("first", ChunkKind.FUNCTION),
        ("second", ChunkKind.FUNCTION),
        ("third", ChunkKind.FUNCTION),
    ]


def test_small_neighbours_share_a_chunk() -> None:
    source = "".join(f"def get_{name}(self):\n    return self.{name}\n\n" for name in "abcd")

    chunks = chunk_source("a.py", source)

    assert [chunk.defines for chunk in chunks] == [("get_a", "get_b", "get_c", "get_d")]


def test_a_long_class_is_its_head_and_its_members() -> None:
    members = "\n".join(python_function(name, 30, "    ") for name in ("load", "save", "drop"))
    head = 'class Store(Base):\n    """Keeps rows."""\n\n    limit = 3\n    names = ("first", "second", "third")\n'
    source = f"import os\n\n\n{head}\n{members}"

    chunks = chunk_source("a.py", source)

    assert [chunk.symbol for chunk in chunks] == ["Store", "Store.load", "Store.save", "Store.drop"]
    assert [chunk.kind for chunk in chunks] == [ChunkKind.CLASS, *[ChunkKind.METHOD] * 3]
    assert chunks[0].doc == "Keeps rows."
    assert chunks[1].enclosing == ("Store",)


def test_the_first_line_of_a_class_goes_with_its_documentation_though_both_are_more_than_the_target() -> None:
    doc = "".join(f"    Line {number} tells what keeping rows is good for.\n" for number in range(27))
    source = f'class StoreOfAllTheRowsThatThereAre:\n    """\n{doc}    """\n\n{python_function("load", 60, "    ")}'

    chunks = chunk_source("a.py", source)

    assert TARGET_SIZE < size_of(chunks[0].content) <= LARGEST_SIZE
    assert (chunks[0].symbol, chunks[0].start_line) == ("StoreOfAllTheRowsThatThereAre", 1)
    assert chunks[0].content.endswith('"""\n\n')


def test_a_long_body_is_cut_between_statements_and_its_parts_know_what_they_continue() -> None:
    loops = "".join(
        f"    for item in rows_{number}:\n        first({number}, item)\n        second({number}, item)\n"
        for number in range(80)
    )
    source = f"def run(rows):\n    '''Runs it all.'''\n{loops}"

    chunks = chunk_source("a.py", source)

    assert len(chunks) > 3
    assert [chunk.continues for chunk in chunks] == [False] + [True] * (len(chunks) - 1)
    assert {(chunk.symbol, chunk.signature, chunk.doc) for chunk in chunks} == {
        ("run", "def run(rows):", "Runs it all.")
    }
    assert all(chunk.content.startswith("    for item in") for chunk in chunks[1:])
    assert all(chunk.defines == () for chunk in chunks[1:])


def test_a_method_that_is_too_long_keeps_comment_and_head_with_the_first_of_its_body() -> None:
    body = "".join(f"        $this->handle{number}($record, {number});\n" for number in range(60))
    source = (
        f"<?php\nclass Log\n{{\n{'    private $x = 1;' * 60}\n\n    /**\n     * Adds a record.\n     */\n"
        f"    public function add($record)\n    {{\n{body}    }}\n}}\n"
    )

    chunk = chunk_that_defines(chunk_source("Log.php", source), "add")

    assert chunk.content.startswith("    /**\n     * Adds a record.")
    assert "$this->handle3(" in chunk.content
    assert chunk.doc == "Adds a record."


@pytest.mark.parametrize(
    ("path", "above", "definition"),
    [
        ("a.py", "@cache\n@retry(times=3)\n", "def load(path):\n{body}"),
        ("a.go", "// Load reads.\n// Twice.\n", "func Load() {{\n{body}}}\n"),
        ("a.rs", "/// Loads.\n#[inline]\n", "fn load() {{\n{body}}}\n"),
        ("A.java", "/** Loads. */\n@Deprecated\n", "class Load {{\n int x() {{\n{body}}}}}\n"),
        ("a.js", "/**\n * Loads.\n */\n\n", "app.load = function () {{\n{body}}};\n"),
        ("a.ex", "# Loads.\n", "def load(path) do\n{body}end\n"),
    ],
)
def test_comments_and_decorators_go_with_the_definition_below(path: str, above: str, definition: str) -> None:
    body = "".join(f"    call_{number}(argument_{number});\n" for number in range(40))
    source = f"{definition.format(body=body)}\n\n{above}{definition.format(body=body)}"

    chunks = chunk_source(path, source)

    assert any(chunk.content.startswith(above) for chunk in chunks)


@pytest.mark.parametrize(
    ("path", "source", "signature", "doc"),
    [
        ("a.py", "def f(a,\n      b):\n    '''Adds.\n\n    More.'''\n", "def f(a, b):", "Adds."),
        ("a.py", "# Adds.\n@cache\ndef f(a): ...\n", "def f(a): ...", "Adds."),
        ("a.go", "package a\n\n// Keeps\n// rows.\ntype Store struct {\n}\n", "type Store struct {", "Keeps"),
        ("a.ts", "/** Adds two. */\nexport const add = (a: number) => a;\n", "export const add = (a: number) => a",
         "Adds two."),
        ("a.js", "// eslint-disable-next-line\nfunction f() {}\n", "function f() {}", None),
        ("a.rs", "/// Adds.\n///\n/// # Panics\n#[inline]\npub fn add() {}\n", "pub fn add() {}", "Adds."),
        ("a.cpp", "/// @brief Adds.\nint add(int a);\n", "int add(int a);", "Adds."),
        ("a.lua", "--- Adds.\nlocal function add(a) end\n", "local function add(a) end", "Adds."),
        ("a.js", "// Of something else.\n\nfunction f() {}\n", "function f() {}", None),
    ],
)  # fmt: skip
def test_signature_and_documentation_are_the_first_lines_of_each(
    path: str, source: str, signature: str, doc: str | None
) -> None:
    (chunk,) = chunk_source(path, source)

    assert (chunk.signature, chunk.doc) == (signature, doc)


def test_a_closing_bracket_does_not_begin_a_chunk() -> None:
    members = "".join(f"  int member_{number}(int argument) {{ return argument; }}\n" for number in range(31))
    source = "".join(f"class Thing{number} {{\n{members}}};\n" for number in range(4))

    chunks = chunk_source("a.cpp", source)

    assert len(chunks) > 3
    assert not [chunk.content for chunk in chunks if chunk.content.startswith("}")]


def test_lines_stay_whole_unless_one_is_longer_than_a_chunk() -> None:
    source = "".join(f"if (a{number}) {{ b({number}); }} else {{\n  c();\n}}\n" * 3 for number in range(100))

    chunks = chunk_source("a.js", source)

    assert len(chunks) > 3
    assert all(chunk.content.endswith("\n") for chunk in chunks)


def test_constants_in_a_row_are_code_without_one_symbol_but_all_are_defined() -> None:
    (chunk,) = chunk_source("a.go", 'package a\n\nconst (\n\tFirst = "1"\n\tSecond = "2"\n\tThird = "3"\n)\n')

    assert (chunk.kind, chunk.symbol, chunk.defines) == (ChunkKind.CODE, None, ("First", "Second", "Third"))


def test_what_macros_leave_on_lines_of_their_own_hides_no_class() -> None:
    source = "LIB_NAMESPACE_BEGIN\nnamespace lib\n{\nLIB_API(3)\nclass Box {\n  int size() { return 1; }\n};\n}\n"

    (chunk,) = chunk_source("box.hpp", source)

    assert chunk.content == source
    assert chunk.defines == ("lib", "Box", "size")


@pytest.mark.parametrize(("guide", "part"), [("# Guide\n\n", "## Part {}\n\n"), ("Guide\n===\n\n", "Part {}\n---\n\n")])
def test_markdown_is_cut_into_its_sections(guide: str, part: str) -> None:
    sections = [part.format(number) + f"Words about part {number}.\n" * 40 + "\n" for number in range(3)]

    chunks = chunk_source("a.md", guide + "".join(sections))

    assert [chunk.defines for chunk in chunks] == [("Guide", "Part 0"), ("Part 1",), ("Part 2",)]
    assert [chunk.symbol for chunk in chunks] == ["Guide.Part 0", "Guide.Part 1", "Guide.Part 2"]
    assert {chunk.kind for chunk in chunks} == {ChunkKind.SECTION}
    assert all(chunk.content.startswith(part[:5].replace("{", "")) for chunk in chunks[1:])
    assert "".join(chunk.content for chunk in chunks) == guide + "".join(sections)


@pytest.mark.parametrize("part", ["## {}\n\n", "{}\n---\n\n", "  {}\r\n--\r\n"])
def test_a_heading_closes_the_sections_of_its_level_however_both_are_written(part: str) -> None:
    text = "Words about nothing.\n" * 80 + "\n"
    source = "".join(
        ["# Guide\n\n", part.format("A"), "### Deep\n\n", text, part.format("B"), text, "Other\n=\n\n", text]
    )

    chunks = chunk_source("a.md", source)

    assert [chunk.symbol for chunk in chunks] == ["Guide.A", "Guide.B", "Other"]


def test_an_underlined_heading_is_one_in_quotations_and_lists_as_well() -> None:
    text = "Words.\n" * 40
    source = f"> First\n> part\n> ====\n> {text}\n- Second\n  ------\n  {text}"

    assert [name for chunk in chunk_source("a.md", source) for name in chunk.defines] == ["First part", "Second"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("# Guide", "Guide"),
        ("### GET /v1/projects/{id}", "GET /v1/projects/{id}"),
        ("## `PATCH /v1/teams/{team_id}` and `serve`", "PATCH /v1/teams/{team_id} and serve"),
        ("## Closed ##", "Closed"),
        ("## Closed `{a}` ##", "Closed {a}"),
        ("# C#", "C#"),
        ("C#\n==", "C#"),
        ("Underlined with `code`\n---", "Underlined with code"),
        ("Of two\n  lines\n---", "Of two lines"),
        ("What is #\n===", "What is #"),
        ("A single dash\n-", "A single dash"),
        ("## What is `#`?", "What is #?"),
        ("## Named {#named}", "Named"),
        ("## A set {1, 2}", "A set {1, 2}"),
        ("## See [the **guide**](https://example.org/guide)", "See the guide"),
        ("## `__init__` and snake_case", "__init__ and snake_case"),
        ("## a = b =", "a = b ="),
        (f"# {'x' * 100}", "x" * 80),
    ],
)
def test_a_section_is_named_as_its_heading_is_read(heading: str, name: str) -> None:
    (chunk,) = chunk_source("a.md", f"{heading}\n\nText.\n")

    assert (chunk.symbol, chunk.defines) == (name, (name,))


@pytest.mark.parametrize("content", ["## \n\nText.\n", "Text without a heading.\n", '<p align="center">A</p>\n', "\n"])
def test_what_has_no_heading_has_no_name(content: str) -> None:
    (chunk,) = chunk_source("a.md", content)

    assert (chunk.symbol, chunk.defines, chunk.kind) == (None, (), ChunkKind.TEXT)


def test_a_table_of_toml_is_named_by_its_key() -> None:
    (chunk,) = chunk_source("a.toml", '[server] # of the shop\nport = 1\n\n[[server."{id}"]]\na = 2\n')

    assert chunk.defines == ("server", 'server."{id}"')


def test_a_text_of_an_unknown_language_is_cut_at_blank_lines() -> None:
    paragraph = "Words that say something about nothing.\n" * 8 + "\n"

    chunks = chunk_source("notes.unknown", paragraph * 12)

    assert len(chunks) > 2
    assert all(chunk.content.endswith(".\n\n") for chunk in chunks)
    assert {(chunk.kind, chunk.symbol) for chunk in chunks} == {(ChunkKind.TEXT, None)}


def test_a_broken_file_still_has_the_definitions_that_can_be_read() -> None:
    source = f"{python_function('first', 12)}\n)))] def ( class\n\n{python_function('second', 12)}"

    chunks = chunk_source("a.py", source)

    assert "".join(chunk.content for chunk in chunks) == source
    assert {"first", "second"} <= {name for chunk in chunks for name in chunk.defines}


def test_a_file_whose_parsing_takes_too_long_is_cut_by_lines() -> None:
    source = python_function("first", 2000)

    chunks = chunk_source("a.py", source, deadline_seconds=0)

    assert "".join(chunk.content for chunk in chunks) == source
    assert {chunk.symbol for chunk in chunks} == {None}


def test_a_notebook_is_the_sources_of_its_cells() -> None:
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "Words."]},
            {"cell_type": "code", "source": "x = 1\nprint(x)\n", "outputs": [{"text": ["SECRET OUTPUT"]}]},
            {"cell_type": "code", "source": []},
        ]
    }

    chunks = chunk_source("a.ipynb", json.dumps(notebook))

    assert "".join(chunk.content for chunk in chunks) == "# Title\nWords.\n\nx = 1\nprint(x)\n\n"
    assert (chunks[0].start_line, chunks[-1].end_line) == (1, 6)


@pytest.mark.parametrize("content", ["{}", "[1, 2]", '{"cells": 3}', "not json", "[" * 100_000])
def test_what_only_calls_itself_a_notebook_is_text(content: str) -> None:
    chunks = chunk_source("a.ipynb", content)

    assert "".join(chunk.content for chunk in chunks) == content


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.cpp", "a.json", "a.md", "a.html", "a.unknown"])
@pytest.mark.parametrize(
    "content",
    [
        "x" * 1_000_000,
        "var a=1;" * 131_072,
        "[" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "(" * 10_000 + "1" + ")" * 10_000,
        "".join(" " * depth + f"def f{depth}():\n" for depth in range(500)),
        "😀" * 20_000,
    ],
    ids=["one word", "one line of 1 MB", "opened", "nested", "parentheses", "nested definitions", "emoji"],
)
def test_what_nobody_writes_by_hand_is_cut_too(path: str, content: str) -> None:
    chunks = chunk_source(path, content)

    assert "".join(chunk.content for chunk in chunks) == content
    assert max(len(chunk.content) for chunk in chunks) <= LONGEST


def test_a_file_of_5_mb_is_cut() -> None:
    content = "def f(x):\n    return x + 1\n\n\n" * 170_000

    chunks = chunk_source("a.py", content)

    assert "".join(chunk.content for chunk in chunks) == content
    assert all(size_of(chunk.content) <= LARGEST_SIZE for chunk in chunks)
    assert all(first.end_line + 1 == second.start_line for first, second in pairwise(chunks))


def test_chunks_of_an_ordinary_file_are_near_the_target() -> None:
    source = "".join(python_function(f"step_{number}", number % 40 + 1) + "\n" for number in range(100))

    chunks = chunk_source("a.py", source)

    sizes = sorted(size_of(chunk.content) for chunk in chunks)
    assert sizes[-1] <= LARGEST_SIZE
    assert TARGET_SIZE / 4 < sizes[len(sizes) // 2] <= LARGEST_SIZE


def test_the_header_says_what_the_text_of_a_chunk_does_not() -> None:
    members = "\n".join(python_function(name, 120, "    ") for name in ("load", "save"))
    chunks = chunk_source("a.py", f"class Store:\n{members}")

    whole = chunk_that_defines(chunks, "save")
    continued = next(chunk for chunk in chunks if chunk.continues and chunk.symbol == "Store.save")

    assert embedding_header(whole) == "Store"
    assert embedding_header(continued) == "Store\ndef save(argument):"
