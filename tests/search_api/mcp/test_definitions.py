"""What a model reads of the tools before it has called any: complete, and short, since every session pays for it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from search_api.auth import Scope
from search_api.budget import count_tokens
from search_api.mcp.definitions import DEFINITIONS, INSTRUCTIONS, Definition, allowed_definitions
from search_api.mcp.tools import ANSWERS

# What an agent pays in each session before it asks anything.
MOST_TOKENS = 1200


def listed(definition: Definition) -> str:
    schema = definition.schema(with_session=False)
    return json.dumps({"name": definition.name, "description": definition.description, "inputSchema": schema})


def test_all_tools_together_cost_little() -> None:
    assert count_tokens(INSTRUCTIONS) + sum(count_tokens(listed(each)) for each in DEFINITIONS) <= MOST_TOKENS


def test_every_definition_is_answered_and_nothing_else() -> None:
    assert [each.name for each in DEFINITIONS] == list(ANSWERS)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.name)
def test_a_schema_says_nothing_in_vain(definition: Definition) -> None:
    text = listed(definition)

    assert all(word not in text for word in ('"title"', "null", "anyOf", "$defs", '"pattern"'))
    assert definition.schema(with_session=False)["additionalProperties"] is False


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.name)
def test_a_description_says_when_the_tool_is_to_be_used(definition: Definition) -> None:
    assert "Use it " in definition.description


def test_the_session_is_listed_only_where_it_is_needed() -> None:
    search = DEFINITIONS[0]

    assert "session" in search.schema(with_session=True)["properties"]
    assert "session" not in search.schema(with_session=False)["properties"]


def test_a_key_without_scopes_for_them_gets_no_tools() -> None:
    assert allowed_definitions([Scope.WRITE_FILES]) == []
    assert allowed_definitions(None) == list(DEFINITIONS)


@pytest.mark.parametrize(
    "module", ["search_api.http.app", "search_api.cli.app", "search_api.cli.mcp", "search_api.cli.connect"]
)
def test_the_protocols_library_is_loaded_when_it_is_used(module: str) -> None:
    code = f"import sys, {module}; sys.exit('mcp' in sys.modules or 'tomlkit' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
