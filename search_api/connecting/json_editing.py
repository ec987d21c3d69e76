"""How a server is put into a JSON file with all else left as it is, comments, order and commas at ends included."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import tree_sitter
import tree_sitter_json
from tree_sitter import Node

from models.errors import SetupError

_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_json.language()))
_GAP = rb"(?:\s|//[^\n]*|/\*.*?\*/)*"
_TOKENS = re.compile(rb'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=' + _GAP + rb"[}\]])", re.DOTALL)
_COMMA = re.compile(_GAP + b",", re.DOTALL)
DEFAULT_INDENT = "  "
# Some editors of Windows begin files with it.
BYTE_ORDER_MARK = "\ufeff"


class UnreadableConfigError(SetupError):
    """The file is not what its agent would read."""

    hint = "Mend the file, or put the entry in by hand."


def set_in_json(text: str, keys: Sequence[str], value: object) -> str:
    """The text with the value at the keys, the objects on the way made where they are missing.

    Raises UnreadableConfigError when the text is no JSON, or something else than an object is in the way.
    """
    if not text.strip():
        return json.dumps(_nested(keys, value), indent=DEFAULT_INDENT, ensure_ascii=False) + "\n"
    if text.startswith(BYTE_ORDER_MARK):
        return BYTE_ORDER_MARK + set_in_json(text.removeprefix(BYTE_ORDER_MARK), keys, value)
    source = text.encode("utf-8", "surrogatepass")
    node = _object_of(source)
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = _indent_of(source, node)
    for depth, key in enumerate(keys, 1):
        pair = _find(source, node, key)
        if pair is None:
            return _insert(source, node, key, _nested(keys[depth:], value), indent, depth, newline)
        held = pair.child_by_field_name("value")
        if held is None:
            raise UnreadableConfigError(f"'{key}' has no value.")
        if depth == len(keys):
            if _value_of(source, held) == value:
                return text
            written = _dump(value, indent, depth, newline)
            return _splice(source, held.start_byte, held.end_byte, written)
        if held.type != "object":
            raise UnreadableConfigError(f"'{key}' is no object.")
        node = held
    raise ValueError("no keys")


def _object_of(source: bytes) -> Node:
    root = _PARSER.parse(_TOKENS.sub(_blank_last_comma, source)).root_node
    if root.has_error:
        raise UnreadableConfigError(f"It is no JSON, from line {_first_fault(root).start_point[0] + 1} on.")
    values = [child for child in root.named_children if child.type != "comment"]
    if len(values) != 1 or values[0].type != "object":
        raise UnreadableConfigError("It holds no JSON object.")
    return values[0]


def _blank_last_comma(match: re.Match[bytes]) -> bytes:
    """Editors' own files may end their lists with a comma; blanked, all else stays in its place."""
    before = match.string[: match.start()].rstrip()[-1:]
    return b" " if match[0] == b"," and before not in (b"{", b"[", b",", b":") else match[0]


def _first_fault(node: Node) -> Node:
    for child in node.children:
        if child.is_error or child.is_missing or child.has_error:
            return _first_fault(child)
    return node


def _find(source: bytes, node: Node, key: str) -> Node | None:
    found = [pair for pair in _pairs(node) if _key_of(source, pair) == key]
    # Of two, readers take the last.
    return found[-1] if found else None


def _pairs(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type == "pair"]


def _key_of(source: bytes, pair: Node) -> object:
    key = pair.child_by_field_name("key")
    return None if key is None else json.loads(source[key.start_byte : key.end_byte])


def _value_of(source: bytes, node: Node) -> object:
    try:
        value: object = json.loads(source[node.start_byte : node.end_byte])
    except ValueError:
        # With comments in it, it is not what would be written.
        return None
    return value


def _insert(source: bytes, node: Node, key: str, value: object, indent: str, depth: int, newline: str) -> str:
    """As the last pair of the object."""
    pair = f"{json.dumps(key, ensure_ascii=False)}: {_dump(value, indent, depth, newline)}"
    pairs = _pairs(node)
    if pairs:
        end = pairs[-1].end_byte
        comma = _COMMA.match(source, end)
        if comma is not None:
            return _splice(source, comma.end(), comma.end(), f"{newline}{indent * depth}{pair},")
        return _splice(source, end, end, f",{newline}{indent * depth}{pair}")
    start = node.start_byte + 1
    rest = source[start : node.end_byte - 1]
    closing = "" if b"\n" in rest else f"{newline}{indent * (depth - 1)}"
    return _splice(
        source,
        start,
        start + (len(rest) if not rest.strip() and closing else 0),
        f"{newline}{indent * depth}{pair}{closing}",
    )


def _indent_of(source: bytes, root: Node) -> str:
    for pair in _pairs(root):
        line = source[source.rfind(b"\n", 0, pair.start_byte) + 1 : pair.start_byte]
        if line and not line.strip():
            return line.decode()
    return DEFAULT_INDENT


def _dump(value: object, indent: str, depth: int, newline: str) -> str:
    lines = json.dumps(value, indent=indent, ensure_ascii=False).split("\n")
    return f"{newline}{indent * depth}".join(lines)


def _nested(keys: Sequence[str], value: object) -> object:
    for key in reversed(keys):
        value = {key: value}
    return value


def _splice(source: bytes, start: int, end: int, text: str) -> str:
    return (source[:start] + text.encode() + source[end:]).decode("utf-8", "surrogatepass")
