"""Syntax trees and the definitions in them: names, kinds and the names around them."""

from __future__ import annotations

import ctypes
import importlib
import threading
from dataclasses import dataclass, replace
from functools import cache
from time import monotonic

import tree_sitter

from indexer.blanking import replace_surrogates
from indexer.languages import BY_NAME, Language
from indexer.naming import NAMING, kind_of, name_of, variable_name
from indexer.underlined_headings import mark_underlined
from models.kinds import ChunkKind

# Above this a tree costs hundreds of megabytes, and nobody wrote the file by hand.
LARGEST_PARSED = 4 * 1024 * 1024
LONGEST_NAME = 200
# A node's text is read through the same callback: a larger block is copied for each name, a smaller one slows parsing.
READ_BYTES = 4096
UNDERLINED = ("(setext_heading) @heading",)
_parsers = threading.local()


@dataclass(frozen=True, slots=True)
class Definition:
    """Something that is given a name: where, in bytes of the source, and inside of what."""

    name: str
    kind: ChunkKind
    start: int
    end: int
    enclosing: tuple[str, ...]

    @property
    def symbol(self) -> str:
        return ".".join((*self.enclosing, self.name))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree over the source's bytes, and its definitions in order, outer before inner."""

    root: tree_sitter.Node
    definitions: tuple[Definition, ...]


def parse_source(language: Language, source: bytes, deadline_seconds: float) -> Parsed | None:
    """The tree of a source, or None when the language has no grammar or parsing takes too long."""
    if language.grammar is None or len(source) > LARGEST_PARSED:
        return None
    deadline = monotonic() + deadline_seconds
    source = replace_surrogates(source)
    if language.blank is not None:
        source = language.blank(source)
    tree = _parse(language, source, deadline, None)
    if tree is None:
        return None
    if language.name == "markdown" and (underlined := _captured("markdown", UNDERLINED, tree.root_node)):
        tree = _parse(language, mark_underlined(source, underlined["heading"]), deadline, None)
        if tree is None:
            return None
    found = _definitions(language, tree.root_node)
    if language.embedded is not None:
        name, pattern = language.embedded
        inner = BY_NAME[name]
        holders = _captured(language.name, (pattern,), tree.root_node).get("holder", [])
        ranges = [node.range for node in sorted(holders, key=lambda node: node.start_byte)]
        if ranges:
            embedded = _parse(inner, source, deadline, ranges)
            if embedded is not None:
                found += _definitions(inner, embedded.root_node)
    return Parsed(tree.root_node, _with_scopes(found))


def _parse(
    language: Language, source: bytes, deadline: float, ranges: list[tree_sitter.Range] | None
) -> tree_sitter.Tree | None:
    parser = _parser(language.name)
    parser.included_ranges = ranges or []
    try:
        return parser.parse(
            lambda offset, _: source[offset : offset + READ_BYTES],
            progress_callback=lambda _, __: monotonic() > deadline,
        )
    except ValueError:
        # What parsers raise when they are told to stop.
        parser.reset()
        return None


def _parser(name: str) -> tree_sitter.Parser:
    parsers: dict[str, tree_sitter.Parser] = _parsers.__dict__.setdefault("by_name", {})
    if name not in parsers:
        parsers[name] = tree_sitter.Parser(_grammar(name))
    return parsers[name]


@cache
def _grammar(name: str) -> tree_sitter.Language:
    language = BY_NAME[name]
    handle = getattr(importlib.import_module(str(language.grammar)), language.function)()
    return tree_sitter.Language(_capsule(handle) if isinstance(handle, int) else handle)


def _capsule(pointer: int) -> object:
    """A few grammars still hand over a bare pointer, which is deprecated."""
    make = ctypes.pythonapi.PyCapsule_New
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return make(pointer, b"tree_sitter.Language", None)


@cache
def _query(name: str, patterns: tuple[str, ...]) -> tree_sitter.Query:
    return tree_sitter.Query(_grammar(name), "\n".join(patterns))


def _captured(name: str, patterns: tuple[str, ...], root: tree_sitter.Node) -> dict[str, list[tree_sitter.Node]]:
    return tree_sitter.QueryCursor(_query(name, patterns)).captures(root) if patterns else {}


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    # None for what only lends its name.
    kind: ChunkKind | None
    start: int
    end: int


def _definitions(language: Language, root: tree_sitter.Node) -> list[_Named]:
    typed = tuple(f"({node_type}) @typed" for node_type in (*language.definitions, *sorted(language.scopes)))
    captured = _captured(language.name, (*typed, *language.patterns), root)
    found: dict[tuple[int, int], _Named] = {}
    for capture, nodes in captured.items():
        for node in nodes:
            naming = variable_name if capture == "variable" else NAMING.get(language.name, name_of)
            name = naming(node)
            if not name:
                continue
            declared = language.definitions.get(node.type) if capture == "typed" else ChunkKind(capture)
            kind = None if declared is None else kind_of(node, declared, name)
            where = (node.start_byte, node.end_byte)
            if capture == "typed" or where not in found:
                found[where] = _Named(name.strip()[:LONGEST_NAME], kind, *where)
    named = sorted(found.values(), key=lambda each: (each.start, -each.end))
    return _until_the_next(named, root.end_byte) if language.name == "perl" else named


def _until_the_next(found: list[_Named], end: int) -> list[_Named]:
    """A `package` statement without a block holds what follows, up to the next one."""
    stretched = []
    for named in reversed(found):
        if named.kind is ChunkKind.MODULE:
            stretched.append(replace(named, end=end))
            end = named.start
        else:
            stretched.append(named)
    return stretched[::-1]


def _with_scopes(found: list[_Named]) -> tuple[Definition, ...]:
    """Definitions with the names around each, by containment; a function inside a class is a method."""
    definitions = []
    around: list[_Named] = []
    for named in sorted(found, key=lambda each: (each.start, -each.end)):
        while around and around[-1].end <= named.start:
            around.pop()
        enclosing = [part for each in around for part in _qualified(each) if part]
        *qualifiers, name = _qualified(named)
        if named.kind is not None and name:
            inside = around[-1].kind if around else None
            lends = bool(around) and around[-1].kind is None
            kind = named.kind
            if kind is ChunkKind.FUNCTION and (qualifiers or lends or inside in CLASS_LIKE):
                kind = ChunkKind.METHOD
            definitions.append(Definition(name, kind, named.start, named.end, (*enclosing, *filter(None, qualifiers))))
        around.append(named)
    return tuple(definitions)


def _qualified(named: _Named) -> list[str]:
    """`Type.method` and `Type::method` name their scope themselves; a heading with a full stop does not."""
    if named.kind in {ChunkKind.SECTION, ChunkKind.RULE}:
        return [named.name]
    return named.name.replace("::", ".").replace(":", ".").split(".")


CLASS_LIKE = {ChunkKind.CLASS, ChunkKind.INTERFACE, ChunkKind.ENUM, ChunkKind.TYPE}
