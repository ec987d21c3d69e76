"""A running service with code and chats in it, and a real browser that looks at its page and forgives nothing."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from models.encoder import Encoder, load_encoder
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, put_file
from tests.search_api.api import Api, make_api, token_of

# A machine that runs other tests as well is slow, and no test is about how slow.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

# Dangerous where a text becomes markup, a script or an address.
HOSTILE_NAME = '<img src=x onerror="window.hacked=1">\'`${7*7}.js'
HOSTILE_CODE = """// </script><script>window.hacked = 2</script>
export function evilQuokka(input) {
  return "<img src=x onerror='window.hacked=3'>" + input; // {{files}} javascript:window.hacked=4
}
"""
HOSTILE_SAID = (
    "quokka <script>window.hacked=5</script> <img src=x onerror=window.hacked=6> [x](javascript:window.hacked=7)"
)
PRICES = '''"""What things cost."""

from decimal import ROUND_HALF_UP, Decimal


def round_price(amount: Decimal) -> Decimal:
    """Round a price to whole cents, halves up."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class PriceList:
    """Prices by article."""

    def total(self, amounts: list[Decimal]) -> Decimal:
        return round_price(sum(amounts, Decimal(0)))
'''
STOCK = """// Package stock counts what is left.
package stock

// ReserveItems takes items out of the shelf for an order.
func ReserveItems(shelf map[string]int, item string, count int) bool {
	if shelf[item] < count {
		return false
	}
	shelf[item] -= count
	return true
}
"""
ANSWER = (
    "`round_price` does it:\n\n```python\nreturn amount.quantize(CENT, rounding=ROUND_HALF_UP)\n```\n\nHalves go up."
)


@dataclass(frozen=True, slots=True)
class Site:
    """The service under its address, and who has what in it."""

    api: Api
    address: str
    user_id: UUID
    project_id: UUID
    token: str
    encoder: Encoder

    def index(self) -> None:
        index_now(self.api.url, self.encoder)

    def put(self, path: str, content: str) -> UUID:
        return put_file(self.api.url, self.user_id, path, content, self.project_id)


@dataclass(slots=True)
class Watch:
    """What a page did that it must never do: each test ends by asking that there is nothing."""

    address: str
    trouble: list[str] = field(default_factory=list)
    # Failures that a test provokes on purpose; the browser itself writes them to the console.
    expected: tuple[str, ...] = ()

    def over(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("dialog", lambda dialog: self._note(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._refuse_other_host(request.url))

    def _refuse_other_host(self, url: str) -> None:
        if not url.startswith(f"{self.address}/"):
            self._note(f"asked {url}")

    def _note(self, what: str) -> None:
        if not any(each in what for each in self.expected):
            self.trouble.append(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        reason = "no chromium here; 'make browser' installs Debian's"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, who runs CI.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(None)


@pytest.fixture(scope="session")
def site(clone: Callable[[], AbstractContextManager[str]], encoder: Encoder) -> Iterator[Site]:
    """A service over a database with a few files and chats; what a test adds, it takes away again."""
    with ExitStack() as stack:
        url = stack.enter_context(clone())
        database = stack.enter_context(Database(url, min_size=1, max_size=6))
        made = _fill(make_api(url, database, lambda _: encoder), encoder)
        address = stack.enter_context(served(made.api))
        yield replace(made, address=address)


def _fill(api: Api, encoder: Encoder) -> Site:
    user_id = api.sign_up()
    project_id = new_project(api.url, user_id, "shop")
    with psycopg.connect(api.url) as connection:
        rounding = new_session(connection, user_id, "Rounding <b>prices</b>", tags=("prices",))
        say(connection, rounding, "Why are prices rounded half up?", minute=1)
        say(connection, rounding, ANSWER, minute=2, role="assistant", model="large-1")
        hostile = new_session(connection, user_id, "<script>window.hacked=8</script>", tags=("<i>tag</i>",))
        say(connection, hostile, HOSTILE_SAID, minute=3)
    site = Site(api, "", user_id, project_id, token_of(user_id), encoder)
    for path, content in {
        "/shop/src/prices.py": PRICES,
        "/shop/src/stock.go": STOCK,
        f"/shop/{HOSTILE_NAME}": HOSTILE_CODE,
        "/shop/long.py": "".join(f"value_{number} = {number}\n" for number in range(1, 3001)) + "last_quagga = 1\n",
    }.items():
        site.put(path, content)
    site.index()
    return site


@contextmanager
def served(api: Api) -> Iterator[str]:
    """The app behind a real server on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(api.app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


Open = Callable[..., Page]


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    watch = Watch(site.address)
    yield watch
    assert watch.trouble == []


@pytest.fixture
def new_context(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Browser contexts of this test, which share nothing; what goes on in their pages is watched."""
    with ExitStack() as stack:

        def make(**options: Any) -> BrowserContext:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            context.on("page", lambda page: watch.over(page))
            return context

        yield make


@pytest.fixture
def open_page(site: Site, new_context: Callable[..., BrowserContext]) -> Open:
    """Opens the page in a new context, signed in unless told otherwise."""

    def opened(address: str = "/", *, signed_in: bool = True, token: str | None = None, **options: Any) -> Page:
        page = new_context(**options).new_page()
        if signed_in:
            given = token or site.token
            page.add_init_script(
                f"sessionStorage.getItem('codingit.token') ?? sessionStorage.setItem('codingit.token', '{given}')"
            )
        page.goto(site.address + address)
        return page

    return opened


ROOT = Path(__file__).parents[2]
