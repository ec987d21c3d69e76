"""What a file is for is told by its path, in the habits of many languages."""

from __future__ import annotations

import pytest

from indexer.roles import role_of
from models.kinds import FileRole

PATHS = {
    FileRole.IMPLEMENTATION: [
        "src/server.py", "lib/Store.java", "attest.py", "contest/winner.go", "src/latest.ts", "Protest.cs",
        "testing.go", "src/inspect.rb", "specification.c", "src/generator.rs", "docstrings.py", "src/demography.py",
    ],
    FileRole.TEST: [
        "tests/test_store.py", "test_store.py", "store_test.go", "src/store.test.ts", "src/store.spec.jsx",
        "spec/store_spec.rb", "src/test/java/StoreTest.java", "StoreTests.cs", "StoreSpec.scala", "TestStore.java",
        "src/__tests__/store.js", "conftest.py", "t/basic.t", "test/store_test.exs", "Tests/StoreTests.swift",
        "internal/testdata/a.go", "cypress/e2e/login.js",
    ],
    FileRole.DOCUMENTATION: ["README.md", "docs/conf.py", "CHANGELOG", "LICENSE", "guide.rst", "a/doc/usage.html"],
    FileRole.EXAMPLE: ["examples/basic.py", "example/app.js", "samples/a.cs", "demo/main.go", "_examples/a/main.go"],
    FileRole.GENERATED: ["api/user.pb.go", "user_pb2.py", "user_pb2_grpc.py", "src/generated/a.ts", "Form1.Designer.cs",
                         "model.g.dart", "zz_generated.deepcopy.go"],
    FileRole.VENDORED: ["vendor/github.com/a/b.go", "third_party/zlib/zlib.c", "node_modules/a/index.js",
                        "vendor/a/tests/test_a.py"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "role"), [(path, role) for role, paths in PATHS.items() for path in paths], ids=lambda each: str(each)
)
def test_the_path_of_a_file_tells_its_role(path: str, role: FileRole) -> None:
    assert role_of(path) is role


def test_the_name_of_the_project_itself_does_not_count_when_nothing_else_says_so() -> None:
    assert role_of("store.py") is FileRole.IMPLEMENTATION


def test_each_role_is_told() -> None:
    assert set(PATHS) == set(FileRole)
