"""What a definition is called: the name that a node of a grammar gives to something, language by language."""

from __future__ import annotations

import re
from collections.abc import Callable

import tree_sitter

from models.kinds import ChunkKind

NAME_TYPES = {
    "identifier", "type_identifier", "simple_identifier", "property_identifier", "field_identifier", "constant", "name",
    "word", "function_name", "simple_name", "module_name", "class_name", "method_name", "constructor_name",
    "value_name", "type_constructor", "module_type_name", "variable", "private_property_identifier",
}  # fmt: skip
FUNCTIONS = {"arrow_function", "function_expression", "generator_function", "function", "function_definition", "class"}


def _text(node: tree_sitter.Node | None) -> str | None:
    if node is None or node.text is None:
        return None
    return node.text.decode("utf-8", "replace")


def name_of(node: tree_sitter.Node) -> str | None:
    """The node's own name: its name field, else its declarator's, else its first child that looks like a name."""
    named = node.child_by_field_name("name")
    if named is not None:
        return _text(named)
    for child in node.named_children[:6]:
        if child.type in NAME_TYPES:
            return _text(child)
    return None


# What tells an interface or an enumeration from a class where a grammar has one node type for all of them.
_KIND_MARKS = {
    "interface": ChunkKind.INTERFACE, "protocol": ChunkKind.INTERFACE, "interface_type": ChunkKind.INTERFACE,
    "enum": ChunkKind.ENUM, "enum_class_body": ChunkKind.ENUM, "struct_type": ChunkKind.CLASS,
}  # fmt: skip


def kind_of(node: tree_sitter.Node, declared: ChunkKind, name: str) -> ChunkKind:
    """The kind that a node type declares, or the narrower one that its children tell."""
    if node.type == "call":
        # In Elixir all is a call, and only modules begin with a capital.
        return declared if name[0].islower() or name[0] == "_" else ChunkKind.MODULE
    if declared in {ChunkKind.CLASS, ChunkKind.TYPE}:
        for child in node.children[:8]:
            if child.type in _KIND_MARKS:
                return _KIND_MARKS[child.type]
    return declared


def variable_name(node: tree_sitter.Node) -> str | None:
    """The name of a value at the top of a file; what is only imported under a name is none."""
    value = node.child_by_field_name("value")
    if value is not None and value.type == "call_expression" and _text(value.named_children[0]) == "require":
        return None
    named = node.child_by_field_name("left") or node.child_by_field_name("name")
    if named is None and node.named_children:
        # Lua: a list of names, a list of values.
        first = node.named_children[0]
        named = first.named_children[0] if first.type == "variable_list" and first.named_children else first
    return _text(named)


# What is read as a name where a macro has confused the grammar.
_C_KEYWORDS = {"namespace", "class", "struct", "enum", "union", "if", "for", "while", "switch", "return", "else", "do"}
_C_NAME = re.compile(r"[\w:~]+|.*\boperator\b.*", re.DOTALL)
_JAVASCRIPT_TARGET = re.compile(r"[\w$.#]+")


def _c_name(node: tree_sitter.Node) -> str | None:
    name = _declared_c_name(node)
    return name if name and name not in _C_KEYWORDS and _C_NAME.fullmatch(name) else None


def _declared_c_name(node: tree_sitter.Node) -> str | None:
    if node.type in {"struct_specifier", "union_specifier", "enum_specifier", "class_specifier"}:
        # Only where it is defined, not where a variable has its type.
        return name_of(node) if node.child_by_field_name("body") is not None else None
    if node.type == "preproc_def" and node.child_by_field_name("value") is None:
        # The guard of a header, or a switch.
        return None
    declarator = node.child_by_field_name("declarator")
    if node.type == "field_declaration" and (declarator is None or not _declares_function(declarator)):
        return None
    if node.type in {"function_definition", "type_definition", "field_declaration", "declaration"}:
        # Bounded: a declarator is nested as deep as the type has stars and brackets.
        for _ in range(12):
            inner = None if declarator is None else declarator.child_by_field_name("declarator")
            if inner is None and declarator is not None and declarator.type == "reference_declarator":
                inner = declarator.named_children[0] if declarator.named_children else None
            if inner is None:
                break
            declarator = inner
        return _without_templates(_text(declarator))
    return _without_templates(name_of(node))


def _declares_function(declarator: tree_sitter.Node) -> bool:
    return declarator.type == "function_declarator" or any(
        child.type == "function_declarator" for child in declarator.named_children
    )


def _without_templates(name: str | None) -> str | None:
    if name is None or "<" not in name or "operator" in name:
        return name
    kept, depth = [], 0
    for letter in name:
        depth += letter == "<"
        if depth == 0:
            kept.append(letter)
        depth -= letter == ">"
    return "".join(kept)


def _go_name(node: tree_sitter.Node) -> str | None:
    name = _text(node.child_by_field_name("name"))
    receiver = _text(node.child_by_field_name("receiver"))
    if receiver is None or name is None:
        return name
    owner = receiver.strip("()").split("[")[0].replace("*", " ").split()
    return f"{owner[-1]}.{name}" if owner else name


def _rust_name(node: tree_sitter.Node) -> str | None:
    if node.type == "impl_item":
        return (_text(node.child_by_field_name("type")) or "").split("<")[0].rsplit("::", 1)[-1]
    return name_of(node)


def _javascript_name(node: tree_sitter.Node) -> str | None:
    if node.type in {"variable_declarator", "public_field_definition", "field_definition", "pair"}:
        value = node.child_by_field_name("value")
        if value is None or value.type not in FUNCTIONS:
            return None
        named = (
            node.child_by_field_name("name") or node.child_by_field_name("property") or node.child_by_field_name("key")
        )
        return (_text(named) or "").strip("'\"") or None
    if node.type == "assignment_expression":
        value = node.child_by_field_name("right")
        target = _text(node.child_by_field_name("left"))
        if target is None or value is None or value.type not in FUNCTIONS or not _JAVASCRIPT_TARGET.fullmatch(target):
            return None
        if target == "module.exports":
            return _text(value.child_by_field_name("name"))
        return (
            target.removeprefix("module.exports.")
            .removeprefix("exports.")
            .removeprefix("this.")
            .replace(".prototype.", ".")
        )
    return name_of(node)


def _lua_name(node: tree_sitter.Node) -> str | None:
    if node.type == "function_declaration":
        return _text(node.child_by_field_name("name"))
    if node.type == "field":
        value = node.child_by_field_name("value")
        return _text(node.child_by_field_name("name")) if value is not None and value.type in FUNCTIONS else None
    names, values = node.named_children[:1], node.named_children[1:2]
    if names and values and any(child.type == "function_definition" for child in values[0].named_children):
        return _text(names[0].named_children[0]) if names[0].named_children else None
    return None


ELIXIR_DEFINERS = {
    "def",
    "defp",
    "defmacro",
    "defmacrop",
    "defmodule",
    "defprotocol",
    "defimpl",
    "defguard",
    "defdelegate",
}


def _elixir_name(node: tree_sitter.Node) -> str | None:
    if _text(node.child_by_field_name("target")) not in ELIXIR_DEFINERS:
        return None
    arguments = next((child for child in node.named_children if child.type == "arguments"), None)
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    for _ in range(4):
        if first is None or first.type in {"identifier", "alias"}:
            break
        first = first.child_by_field_name("target") or first.child_by_field_name("left")
    return _text(first)


def _zig_name(node: tree_sitter.Node) -> str | None:
    if node.type == "variable_declaration":
        containers = {
            "struct_declaration",
            "enum_declaration",
            "union_declaration",
            "error_set_declaration",
            "opaque_declaration",
        }
        if not any(child.type in containers for child in node.named_children):
            return None
    if node.type == "test_declaration":
        return (_text(next((child for child in node.named_children if child.type == "string"), None)) or "").strip('"')
    return name_of(node)


def _julia_name(node: tree_sitter.Node) -> str | None:
    if node.type == "module_definition":
        return name_of(node)
    first = node.named_children[0] if node.named_children else None
    if node.type == "assignment" and (first is None or first.type != "call_expression"):
        return None
    while first is not None and first.type not in {"identifier", "operator", "field_expression"}:
        first = first.named_children[0] if first.named_children else None
    return _text(first)


def _hcl_name(node: tree_sitter.Node) -> str | None:
    words = [
        (_text(child) or "").strip('"') for child in node.named_children if child.type in {"identifier", "string_lit"}
    ]
    return (
        " ".join(words)
        if node.parent is not None and node.parent.parent is not None and node.parent.parent.parent is None
        else None
    )


def _ocaml_name(node: tree_sitter.Node) -> str | None:
    if node.type == "let_binding":
        # Only at the top of a structure; a local let is no definition that anybody asks for.
        if (
            node.parent is None
            or node.parent.parent is None
            or node.parent.parent.type not in {"compilation_unit", "structure"}
        ):
            return None
        pattern = node.child_by_field_name("pattern")
        return _text(pattern) if pattern is not None and pattern.type != "unit" else None
    if node.type == "exception_definition" and node.named_children:
        return name_of(node.named_children[0])
    return name_of(node)


def _haskell_name(node: tree_sitter.Node) -> str | None:
    if node.type in {"function", "bind", "signature"}:
        outer = {"declarations", "class_declarations", "instance_declarations", "declaration"}
        if node.parent is None or node.parent.type not in outer:
            return None
    if node.type == "instance":
        return " ".join(
            (_text(child) or "") for child in node.named_children[:2] if child.type in {"name", "type_patterns"}
        )
    return name_of(node)


# Longer names are cut: of selectors and headings, which are texts.
_LONGEST_TEXT = 80


def _css_name(node: tree_sitter.Node) -> str | None:
    lines = (_text(node) or "").lstrip().splitlines()
    return lines[0].split("{")[0].strip()[:_LONGEST_TEXT] if lines else None


def _scss_name(node: tree_sitter.Node) -> str | None:
    return name_of(node) if node.type != "rule_set" else _css_name(node)


_OPENING_MARKS = re.compile(r"^#{1,6}(?=\s|$)")
_CLOSING_MARKS = re.compile(r"(^|\s)#+$")
# `{#name}`, `{.class}` and `{: ...}`, which some readers take for the heading's attributes.
_ATTRIBUTES = re.compile(r"\s\{[#.:][^{}]*\}$")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_EMPHASIS = re.compile(r"`+|\*\*")


def _markdown_name(node: tree_sitter.Node) -> str | None:
    if node.type == "section":
        # What stands before the first heading is a section too, and has no name.
        first = node.named_children[0] if node.named_children else None
        if first is None or first.type != "atx_heading":
            return None
        node = first
    lines = (_text(node) or "").strip().splitlines()
    if not lines:
        return None
    heading, marks = _OPENING_MARKS.subn("", lines[0].strip(), count=1)
    if marks:
        heading = _CLOSING_MARKS.sub("", heading.strip())
    heading = _ATTRIBUTES.sub("", heading)
    return _EMPHASIS.sub("", _LINK.sub(r"\1", heading)).strip()[:_LONGEST_TEXT]


def _toml_name(node: tree_sitter.Node) -> str | None:
    return _text(node.named_children[0]) if node.named_children else None


def _sql_name(node: tree_sitter.Node) -> str | None:
    reference = next((child for child in node.named_children if child.type == "object_reference"), None)
    if node.type == "create_index":
        return _text(next((child for child in node.named_children if child.type == "identifier"), None))
    return _text(reference.child_by_field_name("name")) if reference is not None else name_of(node)


def _swift_name(node: tree_sitter.Node) -> str | None:
    return "init" if node.type == "init_declaration" else name_of(node)


def _kotlin_name(node: tree_sitter.Node) -> str | None:
    if node.type == "function_declaration":
        # `fun String.shout()` belongs to what it extends.
        first = node.named_children[0] if node.named_children else None
        receiver = _text(first) if first is not None and first.type == "user_type" else None
        name = name_of(node)
        return f"{receiver.split('<')[0]}.{name}" if receiver and name else name
    if node.type == "property_declaration":
        outer = node.parent is not None and node.parent.type in {"source_file", "class_body"}
        declared = next((child for child in node.named_children if child.type == "variable_declaration"), None)
        return name_of(declared) if outer and declared is not None else None
    return name_of(node)


def _make_name(node: tree_sitter.Node) -> str | None:
    if node.type == "rule":
        targets = (_text(node.named_children[0]) or "").split() if node.named_children else []
        # `.PHONY` and its like say something of other targets.
        return targets[0] if targets and not targets[0].startswith(".") else None
    return name_of(node)


def _dart_name(node: tree_sitter.Node) -> str | None:
    if node.type.endswith("constructor_signature"):
        # `Store` and, of a named constructor, `empty`.
        names = [child for child in node.named_children if child.type == "identifier"]
        return _text(names[-1]) if names else None
    return name_of(node)


def _dockerfile_name(node: tree_sitter.Node) -> str | None:
    alias = node.child_by_field_name("as")
    return _text(alias) if alias is not None else _text(node.named_children[0])


def _nix_name(node: tree_sitter.Node) -> str | None:
    value = node.child_by_field_name("expression")
    wanted = value is not None and value.type in {"function_expression", "attrset_expression", "rec_attrset_expression"}
    return _text(node.child_by_field_name("attrpath")) if wanted else None


NAMING: dict[str, Callable[[tree_sitter.Node], str | None]] = {
    "c": _c_name, "cpp": _c_name, "objc": _c_name, "go": _go_name, "rust": _rust_name,
    "javascript": _javascript_name, "typescript": _javascript_name, "tsx": _javascript_name, "lua": _lua_name,
    "elixir": _elixir_name, "zig": _zig_name, "julia": _julia_name, "hcl": _hcl_name, "ocaml": _ocaml_name,
    "haskell": _haskell_name, "ocaml_interface": _ocaml_name, "markdown": _markdown_name,
    "toml": _toml_name, "css": _css_name, "scss": _scss_name, "sql": _sql_name,
    "swift": _swift_name, "kotlin": _kotlin_name, "make": _make_name, "dockerfile": _dockerfile_name, "nix": _nix_name,
    "dart": _dart_name,
}  # fmt: skip
