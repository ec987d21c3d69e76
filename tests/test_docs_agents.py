"""The transcript in docs/agents.md is what the tools answer: `REWRITE_GOLDEN=1` writes it anew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import anyio
import psycopg
import pytest
from mcp import Client

from models.encoder import load_encoder
from search_api.mcp.definitions import DEFINITIONS
from sql.database import Database
from tests.acceptance.up import SAMPLE
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, new_user, put_file
from tests.search_api.api import make_api, token_of
from tests.search_api.mcp.serving import agent, call, serving, text_of

PAGE = Path(__file__).parents[1] / "docs" / "agents.md"
MORE = {
    "cart.py": """\"\"\"What a customer is about to buy.\"\"\"

from dataclasses import dataclass, field
from decimal import Decimal

from prices import round_price


@dataclass
class Cart:
    \"\"\"Items with their prices.\"\"\"

    items: dict[str, Decimal] = field(default_factory=dict)

    def add(self, name: str, price: Decimal) -> None:
        self.items[name] = price

    def total(self) -> Decimal:
        \"\"\"The sum of all prices, rounded once at the end.\"\"\"
        return round_price(sum(self.items.values(), Decimal(0)))
""",
    "tests/test_prices.py": """from decimal import Decimal

from prices import round_price


def test_halves_go_up() -> None:
    assert round_price(Decimal("1.005")) == Decimal("1.01")
""",
    "lib/mail.py": "MOST_LETTERS_A_DAY = 100\n",
}
# In the page: a call after a '>', then what the model reads of it.
CALL = re.compile(r"^> (\w+) (\{.*\})$", re.MULTILINE)
BLOCK = re.compile(r"(?<=^```text transcript\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


@pytest.fixture
def zoo(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[tuple[str, str]]:
    """The address of a service over the samples, and a token of who owns them."""
    encoder = load_encoder()
    with clone() as url, Database(url, max_size=4) as database:
        user_id = new_user(url)
        project_id = new_project(url, user_id, "shop")
        for path, source in {**SAMPLE, **MORE}.items():
            put_file(url, user_id, f"/shop/{path}", source, project_id)
        with psycopg.connect(url) as connection:
            session_id = new_session(connection, user_id, "Receipts")
            say(connection, session_id, "Why do we not round half even?", minute=0)
            answer = "Halves go up since March: half even lost a cent on every second receipt."
            say(connection, session_id, answer, minute=1, role="assistant")
        index_now(url, encoder)
        with serving(make_api(url, database, lambda _: encoder).app) as address:
            yield address, token_of(user_id)


async def replay(client: Client, calls: list[tuple[str, str]]) -> str:
    said = []
    for tool, arguments in calls:
        result = await call(client, tool, **json.loads(arguments))
        failed = "(error) " if result.is_error else ""
        said.append(f"> {tool} {arguments}\n\n{failed}{text_of(result)}\n")
    return "\n".join(said)


def test_the_transcript_is_what_the_tools_answer(zoo: tuple[str, str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (block,) = BLOCK.findall(page)

    async def story() -> str:
        async with agent(*zoo) as client:
            return await replay(client, CALL.findall(block))

    answered = anyio.run(story)
    if os.environ.get("REWRITE_GOLDEN"):
        PAGE.write_text(BLOCK.sub(lambda _: answered, page), encoding="utf-8")
        block = answered
    assert block.splitlines() == answered.splitlines()


def test_the_transcript_calls_every_tool() -> None:
    (block,) = BLOCK.findall(PAGE.read_text(encoding="utf-8"))

    assert {tool for tool, _ in CALL.findall(block)} == {each.name for each in DEFINITIONS}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.name)
def test_the_page_names_every_tool_and_argument(definition: object) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (each,) = [one for one in DEFINITIONS if one is definition]

    assert re.search(rf"^\| `{each.name}` \|", page, re.MULTILINE)
    missing = [name for name in each.arguments.model_fields if f"`{name}`" not in page]
    assert missing == []
