"""What a file is for, by the conventions of many languages for names and folders."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from models.kinds import FileRole

TEST_FOLDERS = frozenset(
    [
        "test",
        "tests",
        "testing",
        "spec",
        "specs",
        "__tests__",
        "__mocks__",
        "testdata",
        "test-data",
        "fixtures",
        "fixture",
        "e2e",
        "unittest",
        "unittests",
        "androidtest",
        "testfixtures",
        "integration_test",
        "integration-tests",
        "t",
    ]
)
EXAMPLE_FOLDERS = frozenset(
    ["example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "playground"]
)
DOCUMENTATION_FOLDERS = frozenset(["doc", "docs", "documentation", "man", "wiki"])
VENDORED_FOLDERS = frozenset(
    [
        "vendor",
        "vendored",
        "third_party",
        "third-party",
        "thirdparty",
        "node_modules",
        "external",
        "extern",
        "bower_components",
        "deps",
        "_vendor",
    ]
)
GENERATED_FOLDERS = frozenset(["generated", "__generated__", "gen"])
DOCUMENTATION_SUFFIXES = frozenset([".md", ".markdown", ".mdx", ".rst", ".adoc", ".txt", ".org", ".tex"])
DOCUMENTATION_NAMES = frozenset(
    ["readme", "changelog", "changes", "license", "licence", "copying", "authors", "contributing", "history", "news"]
)
# test_x.py, x_test.go, x.test.ts, x.spec.js, x_spec.rb, XTest.java, XTests.cs, XSpec.scala, TestX.java
_TEST_NAME = re.compile(
    r"^(?:tests?[_-].*|.*[_.-](?:tests?|specs?|e2e|bench)|(?:conftest|.*[a-z0-9](?:Tests?|TestCase|Specs?|IT))|Test[A-Z].*)$"
)
_GENERATED_NAME = re.compile(
    r"(?:[._-](?:pb|pb2|g|gen|generated|designer)|_pb2(?:_grpc)?)$|^zz_generated\b", re.IGNORECASE
)


def role_of(path: str) -> FileRole:
    """The role of the file at a path."""
    where = PurePosixPath(path)
    folders = [part.lower() for part in where.parts[:-1]]
    stem = where.stem
    if any(folder in VENDORED_FOLDERS for folder in folders):
        return FileRole.VENDORED
    if any(folder in TEST_FOLDERS for folder in folders) or _TEST_NAME.match(stem):
        return FileRole.TEST
    if any(folder in GENERATED_FOLDERS for folder in folders) or _GENERATED_NAME.search(stem):
        return FileRole.GENERATED
    if any(folder.lstrip("_") in EXAMPLE_FOLDERS for folder in folders):
        return FileRole.EXAMPLE
    documents = where.suffix.lower() in DOCUMENTATION_SUFFIXES or stem.lower() in DOCUMENTATION_NAMES
    if documents or any(folder in DOCUMENTATION_FOLDERS for folder in folders):
        return FileRole.DOCUMENTATION
    return FileRole.IMPLEMENTATION
