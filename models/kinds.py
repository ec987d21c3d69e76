"""The closed lists of what a chunk is and what its file is for."""

from __future__ import annotations

from enum import StrEnum


class ChunkKind(StrEnum):
    """What a chunk's main definition is."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS = "class"
    INTERFACE = "interface"
    ENUM = "enum"
    TYPE = "type"
    MODULE = "module"
    MACRO = "macro"
    VARIABLE = "variable"
    TABLE = "table"
    RULE = "rule"
    SECTION = "section"
    # Code between definitions, and text without any.
    CODE = "code"
    TEXT = "text"


class FileRole(StrEnum):
    """What a file is for, by the conventions of its path."""

    IMPLEMENTATION = "implementation"
    TEST = "test"
    DOCUMENTATION = "documentation"
    EXAMPLE = "example"
    GENERATED = "generated"
    VENDORED = "vendored"
