"""What a local service takes for itself: a port, its data directory, its user; and how a signal ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from models.errors import SetupError
from search_api.children import address_of, listen
from search_api.cli.session import Session, save_session
from search_api.cli.token import parse_ttl
from search_api.interruption import Interruption
from search_api.local import AlreadyRunningError, OnlyOne
from search_api.settings import Settings
from sql.local_user import common_symbols, find_or_create_user, find_user
from tests.indexing import index_now, new_project, put_file
from tests.stubs import StubEncoder


def settings_with(**values: object) -> Settings:
    return Settings(**values)  # type: ignore[arg-type]  # pydantic checks


def test_a_taken_port_is_passed_over_unless_it_was_asked_for() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with listen(settings_with(port=port), None, {}) as listener:
            assert listener.getsockname()[1] > port
        for wanted, environment in ((port, {}), (None, {"CODINGIT_PORT": str(port)})):
            with pytest.raises(SetupError, match=f"Port {port} .* is taken"):
                listen(settings_with(port=port), wanted, environment)


def test_port_0_takes_any_free_one() -> None:
    with listen(settings_with(), 0, {}) as listener:
        assert listener.getsockname()[1] > 0


def test_answers_leave_at_once_on_its_connections() -> None:
    """With Nagle's algorithm on, the second write of an answer waits for the client's delayed acknowledgement."""

    async def accept(listener: socket.socket) -> int:
        accepted = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), sock=listener)
        async with server:
            _, client = await asyncio.open_connection(*listener.getsockname())
            served: asyncio.StreamWriter = await accepted
            option: int = served.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            for writer in (client, served):
                writer.close()
                await writer.wait_closed()
            return option

    with listen(settings_with(), 0, {}) as listener:
        assert asyncio.run(accept(listener)) != 0


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_a_service_that_listens_everywhere_is_asked_on_this_machine(host: str, url: str) -> None:
    assert address_of(settings_with(host=host, port=80)) == url


def test_a_second_service_is_told_where_the_first_runs(tmp_path: Path) -> None:
    with OnlyOne(tmp_path, Path("/code/shop")):
        save_session(Session("http://127.0.0.1:8765", "t", "u", 42), tmp_path)

        with pytest.raises(AlreadyRunningError, match=r"runs at http://127\.0\.0\.1:8765 \(process 42\)") as refused:
            OnlyOne(tmp_path, Path("/code/shop")).__enter__()

    assert "index /code/shop" in refused.value.hint
    with OnlyOne(tmp_path, Path("/code/shop")):
        pass


def test_a_signal_interrupts_only_where_that_is_allowed() -> None:
    interruption = Interruption()
    with interruption.handled():
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.asked
        with pytest.raises(KeyboardInterrupt), interruption.allowed():
            pytest.fail("the earlier signal ends the block before it begins")
        os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_ends_a_deferred_part_when_that_is_done() -> None:
    interruption = Interruption()
    done = []

    def run() -> None:
        with interruption.deferred():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("part")
        done.append("rest")

    with interruption.handled(), pytest.raises(KeyboardInterrupt), interruption.allowed():
        run()

    assert done == ["part"]


def test_a_signal_outside_an_allowed_block_is_not_raised_by_a_deferred_part() -> None:
    interruption = Interruption()
    with interruption.handled(), interruption.deferred():
        os.kill(os.getpid(), signal.SIGTERM)

    assert interruption.asked


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_python_drops_ends_the_next_deferred_part() -> None:
    class Finalised:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    interruption = Interruption()
    survived = []

    def run() -> None:
        Finalised()
        survived.append("the finaliser")
        with interruption.deferred():
            pass

    with interruption.handled(), pytest.raises(KeyboardInterrupt), interruption.allowed():
        run()

    assert survived == ["the finaliser"]


def test_a_signal_that_comes_while_the_event_is_locked_sets_it_afterwards() -> None:
    interruption = Interruption()
    with interruption.handled():
        # As in the middle of `wait`, where the main thread holds this lock.
        with interruption.requested._cond:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGTERM)

        assert interruption.requested.wait(60)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("12h", 43200), ("7d", 604800)])
def test_lifetimes_are_written_short(text: str, seconds: int) -> None:
    assert parse_ttl(text) == seconds


def test_the_local_user_is_made_once(url: str) -> None:
    before = find_user(url, "local@localhost")

    made = [find_or_create_user(url, "local@localhost") for _ in range(2)]

    assert before is None
    assert made[0] == made[1] == find_user(url, "local@localhost")


def test_the_example_is_the_name_that_the_code_says_most(url: str) -> None:
    user_id = find_or_create_user(url, "local@localhost")
    project_id = new_project(url, user_id)
    put_file(url, user_id, "/shop/prices.py", "def round_price(amount):\n    return amount\n", project_id)
    for number in range(3):
        source = f"def sell_thing_{number}(thing):\n    return round_price(thing.price)\n"
        put_file(url, user_id, f"/shop/sales_{number}.py", source, project_id)
    index_now(url, StubEncoder())

    names = common_symbols(url, project_id)

    assert names[0] == "round_price"
