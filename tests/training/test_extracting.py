"""What is said of a definition and its code, language by language, and the pairs that come of them."""

from __future__ import annotations

import random

import pytest

from training.extracting import Pair, head_doc, pairs_of, pieces_of

SAMPLES = {
    "a.py": '''\
def merge(left, right):
    """Merge two sorted lists.

    Args:
        left: one
    """
    return left + right
''',
    "a.js": """\
/**
 * Merge two sorted lists.
 * @param {Array} left one
 */
function merge(left, right) {
  return left.concat(right);
}
""",
    "a.ts": """\
// Merge two sorted lists.
export function merge(left: number[], right: number[]) {
  return left.concat(right);
}
""",
    "a.go": """\
package a

// Merge two sorted lists.
func merge(left, right []int) []int {
	return append(left, right...)
}
""",
    "a.rs": """\
/// Merge two sorted lists.
///
/// # Examples
/// none
#[inline]
pub fn merge(left: u8, right: u8) -> u8 {
    left + right
}
""",
    "A.java": """\
class A {
  /**
   * Merge two sorted lists.
   * @return it
   */
  @Override
  int merge(int left, int right) {
    return left + right;
  }
}
""",
    "a.c": """\
/* Merge two sorted lists. */
int merge(int left, int right)
{
    return left + right;
}
""",
    "a.cpp": """\
/// \\brief Merge two sorted lists.
int merge(int left, int right) {
    return left + right;
}
""",
    "A.cs": """\
class A {
  /// <summary>
  /// Merge two sorted lists.
  /// </summary>
  int Merge(int left, int right) {
    return left + right;
  }
}
""",
    "a.rb": """\
# Merge two sorted lists.
def merge(left, right)
  left + right
end
""",
    "a.php": """\
<?php
/**
 * Merge two sorted lists.
 */
function merge($left, $right) {
    return $left + $right;
}
""",
    "A.hs": """\
module A where

-- | Merge two sorted lists.
merge :: [a] -> [a] -> [a]
merge left right = left ++ right
""",
    "a.lua": """\
--- Merge two sorted lists.
local function merge(left, right)
  return left .. right
end
""",
    "A.kt": """\
/**
 * Merge two sorted lists.
 */
fun merge(left: Int, right: Int): Int {
    return left + right
}
""",
    "a.swift": """\
/// Merge two sorted lists.
func merge(left: Int, right: Int) -> Int {
    return left + right
}
""",
    "A.scala": """\
/** Merge two sorted lists. */
def merge(left: Int, right: Int): Int = {
  left + right
}
""",
    "a.ex": '''\
defmodule A do
  @doc """
  Merge two sorted lists.
  """
  def merge(left, right) do
    left ++ right
  end
end
''',
}


@pytest.mark.parametrize("path", SAMPLES)
def test_documentation_is_found_and_taken_out_of_the_code(path: str) -> None:
    found = pieces_of(path, SAMPLES[path])
    assert found is not None
    pieces = [piece for piece in found[2] if piece.definition.name.lower() == "merge"]

    assert [piece.said.doc for piece in pieces[:1]] == ["Merge two sorted lists."]
    assert "sorted lists" not in pieces[0].said.code
    assert any("left" in piece.said.code for piece in pieces)


def test_a_licence_a_directive_and_a_marker_are_no_documentation() -> None:
    for comment in (
        "/* Copyright (c) by someone, all rights reserved */",
        "#ifdef HAVE_MERGE_OF_LISTS",
        "// eslint-disable-line no-merge for now",
    ):
        found = pieces_of("a.c", f"{comment}\nint merge(int left, int right)\n{{\n    return left + right;\n}}\n")
        assert found is not None
        assert [piece.said.doc for piece in found[2]] == [""]


def test_a_file_gives_pairs_of_many_kinds() -> None:
    source = '''"""Keeps what a visitor does between two requests of theirs."""


class SessionStore:
    """Store the sessions of visitors on disk."""

    def load_session(self, identifier):
        """Return the session with this identifier."""
        # look into the cache before the disk is read
        if identifier in self.cache:
            return self.cache[identifier]
        if not self.path.exists():
            raise KeyError("no session is kept under this identifier")
        return self.read(identifier, self.path, self.codec)
'''
    pairs = _pairs_of("web/session_store.py", source)
    kinds = {pair.kind for pair in pairs}

    assert {
        "doc",
        "question",
        "phrase",
        "name",
        "body",
        "comment",
        "message",
        "words",
        "file",
        "path",
        "class",
    } <= kinds
    by_kind = {pair.kind: pair for pair in pairs}
    assert by_kind["comment"].query == "look into the cache before the disk is read"
    assert "disk is read" not in by_kind["comment"].document
    assert by_kind["message"].query == "no session is kept under this identifier"
    assert by_kind["message"].query not in by_kind["message"].document
    assert by_kind["path"].query == "web session store"
    assert by_kind["path"].path == ""
    hidden = [pair for pair in pairs if pair.kind == "body"]
    assert all("class SessionStore" not in pair.document or "def load_session" not in pair.document for pair in hidden)


def test_pairs_of_one_definition_share_a_group_and_those_of_two_do_not() -> None:
    source = "".join(
        f'def {name}_all_the_things(first, second):\n    """Do {name} with all things."""\n'
        f"    return first.{name}(second, first, second)\n\n"
        for name in ("open", "close")
    )
    pairs = [pair for pair in _pairs_of("a.py", source) if not pair.wide]

    assert len({pair.group for pair in pairs}) == 2
    assert {("open" in pair.document) for pair in pairs} == {True, False}
    assert all(len({"open" in other.document for other in pairs if other.group == pair.group}) == 1 for pair in pairs)


def test_what_a_file_says_of_itself_is_not_its_licence() -> None:
    lines = ["// Copyright someone, MIT License.", "", "// Reads and writes sessions of visitors.", "package sessions"]

    assert head_doc(lines) == "Reads and writes sessions of visitors."


def _pairs_of(path: str, source: str) -> list[Pair]:
    found = pieces_of(path, source)
    assert found is not None
    return [
        pair for seed in range(30) for pair in pairs_of(path, found[1], found[2], 0, random.Random(seed), is_test=False)
    ]
