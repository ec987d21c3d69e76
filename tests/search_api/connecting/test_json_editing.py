"""Putting a value into a JSON file changes that one place, whatever else stands there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.connecting.json_editing import UnreadableConfigError, set_in_json

KEYS = ("servers", "codingit")
VALUE = {"command": "codingit", "args": ["mcp", "/code"]}
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["servers", "codingit", "theme", "é\n"]),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_size=4,
)
WITH_COMMENTS = """// mine
{
    "theme": "dark", // at night
    "servers": {
        /* the one that I wrote */
        "other": {"command": "x", "args": ["a", "b",],},
    },
}
"""


@given(DOCUMENTS, st.sampled_from([None, 0, 2, 4, "\t"]))
def test_any_document_gains_the_value_and_keeps_the_rest(document: dict[str, object], indent: int | str | None) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    servers = document.get("servers", {})
    if not isinstance(servers, dict):
        with pytest.raises(UnreadableConfigError):
            set_in_json(text, KEYS, VALUE)
        return

    after = set_in_json(text, KEYS, VALUE)

    assert json.loads(after) == {**document, "servers": {**servers, "codingit": VALUE}}
    assert set_in_json(after, KEYS, VALUE) == after


def test_an_empty_file_becomes_one_with_the_value_alone() -> None:
    assert json.loads(set_in_json(" \n", KEYS, VALUE)) == {"servers": {"codingit": VALUE}}


def test_comments_and_commas_at_ends_are_kept() -> None:
    after = set_in_json(WITH_COMMENTS, KEYS, VALUE)

    assert after == WITH_COMMENTS.replace(
        '["a", "b",],},\n',
        '["a", "b",],},\n        "codingit": {\n            "command": "codingit",\n            "args": [\n'
        '                "mcp",\n                "/code"\n            ]\n        },\n',
    )
    assert set_in_json(after, KEYS, VALUE) == after


def test_an_entry_that_is_there_is_replaced_in_its_place() -> None:
    text = '{"servers": {"codingit": {"command": "old"}, "other": 1}} // end\n'

    after = set_in_json(text, KEYS, {"command": "new"})

    assert after == '{"servers": {"codingit": {\n      "command": "new"\n    }, "other": 1}} // end\n'


@pytest.mark.parametrize(
    ("before", "kept"), [("\ufeff{}", "\ufeff"), ('{\r\n  "a": 1\r\n}\r\n', '"a": 1,\r\n  "servers"')]
)
def test_a_byte_order_mark_and_line_ends_are_kept(before: str, kept: str) -> None:
    after = set_in_json(before, KEYS, VALUE)

    assert kept in after
    assert after.count("\n") == after.count("\r\n") or "\r" not in before


@pytest.mark.parametrize(
    "text", ["[]", '"x"', "{", '{"a": }', '{"a": 1} {"b": 2}', "{,}", '{"a": 1,, "b": 2}', '{"servers": []}', "no json"]
)
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(UnreadableConfigError):
        set_in_json(text, KEYS, VALUE)
