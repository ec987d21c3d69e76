"""`codingit mcp` as agents start it: from nothing to an answer, shared by several, and nothing left behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.acceptance.up import Local, wait_for, write_sample
from tests.search_api.mcp.serving import ask, fail

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]


@pytest.fixture
def local() -> Iterator[Local]:
    # Not pytest's own folder, which only this account may enter: as root the server runs under another one.
    folder = Path(tempfile.mkdtemp(prefix="codingit-mcp-"))
    folder.chmod(0o755)
    yield Local(folder / "data", folder / "said")
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def agent(local: Local, *arguments: str, mode: str = "auto") -> AsyncIterator[Client]:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "search_api.cli", "mcp", *arguments],
        env=local.environment,
        cwd=Path(__file__).parents[2],
    )
    async with Client(command, mode=mode) as client:
        yield client


async def ask_until(client: Client, expected: str, query: str) -> str:
    """What is found once it holds that."""
    with anyio.fail_after(120):
        while True:
            text = await ask(client, "search_code", query=query, repeat=True)
            if expected in text:
                return text
            await anyio.sleep(0.3)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_from_nothing_an_agent_finds_code_of_its_directory_and_its_edits(
    local: Local, tmp_path: Path, mode: str
) -> None:
    sample = write_sample(tmp_path / "shop")

    async def story() -> list[str]:
        async with agent(local, str(sample), mode=mode) as client:
            first = await ask_until(client, "def round_price", "round amounts of money to cents")
            again = await ask(client, "search_code", query="round amounts of money to cents")
            (sample / "refunds.py").write_text('def refund(order):\n    """Give a customer the money back."""\n')
            edited = await ask_until(client, "def refund", "give the money back")
            read = await ask(client, "read_file", path=str(sample / "prices.py"), start_line=6, end_line=6)
            failed = await fail(client, "read_file", path="none.py")
            return [first, again, edited, read, failed]

    first, again, edited, read, failed = anyio.run(story)

    assert first.startswith("[1] prices.py:")
    assert "(sent before)" in again
    assert "] refunds.py:1-2 function refund\n" in edited
    assert read == "prices.py:6-6 of 8 lines\n6\tdef round_price(amount: Decimal) -> Decimal:"
    assert failed.startswith("There is no file 'none.py' in project 'shop'.")
    wait_for(lambda: not local.processes())


def test_two_agents_share_one_service_and_the_second_goes_on_without_the_first(local: Local, tmp_path: Path) -> None:
    shop, bank = write_sample(tmp_path / "shop"), tmp_path / "bank"
    bank.mkdir()
    (bank / "vault.py").write_text('def open_vault(key):\n    """Let a teller into the vault."""\n')

    async def story() -> list[str]:
        async with agent(local, str(bank)) as second:
            async with agent(local, str(shop)) as first:
                texts = [
                    await ask_until(first, "def round_price", "round amounts of money"),
                    await ask_until(second, "def open_vault", "let a teller in"),
                    await ask(second, "search_code", query="round amounts of money", project="shop"),
                ]
                services = [line for line in local.processes() if " serve " in line]
                assert len(services) == 1
            # Whichever of them hosted the service: the other one is answered.
            texts.append(await ask_until(second, "def open_vault", "let a teller in"))
            return texts

    texts = anyio.run(story)

    assert texts[2].startswith("[1] prices.py:")
    wait_for(lambda: not local.processes())


def test_a_running_service_is_used_and_left_running(local: Local, tmp_path: Path) -> None:
    shop, bank = write_sample(tmp_path / "shop"), tmp_path / "bank"
    bank.mkdir()
    (bank / "vault.py").write_text('def open_vault(key):\n    """Let a teller into the vault."""\n')

    async def story() -> str:
        async with agent(local, str(bank)) as client:
            await ask_until(client, "def open_vault", "let a teller in")
            return await ask(client, "index_status", project="*")

    with local.started(str(shop), "--port", "0") as up:
        local.wait_until_said("Let an agent ask:", up)
        status = anyio.run(story)
        assert up.poll() is None
        assert local.command("search", "open_vault").returncode == 0

    assert status.endswith("Projects: bank, shop.")
    assert local.processes() == []


def test_standard_output_is_the_protocols_alone_and_its_end_ends_all(local: Local, tmp_path: Path) -> None:
    sample = write_sample(tmp_path / "shop")
    said = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "search_code", "arguments": {"query": "round money"}}},
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "search_api.cli", "mcp", str(sample)],
        env=local.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    for message in said:
        process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(2)]
    process.stdin.close()
    lines += process.stdout.readlines()

    assert process.wait(60) == 0
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert "Traceback" not in (process.stderr.read() if process.stderr else "")
    process.stdout.close()
    if process.stderr:
        process.stderr.close()
    wait_for(lambda: not local.processes())
