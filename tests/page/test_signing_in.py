"""Who gets in by the page, how, and that nothing of it stays where it should not."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import BrowserContext, expect

from tests.page.conftest import Open, Site, Watch

KEPT = "[sessionStorage.getItem('codingit.token'), localStorage.getItem('codingit.token')]"


def link(site: Site) -> str:
    reply = httpx.post(f"{site.address}/v1/sign-in/codes", headers={"Authorization": f"Bearer {site.token}"})
    return f"/#code={reply.raise_for_status().json()['code']}"


def test_a_wrong_token_is_refused_and_a_right_one_lets_in(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expected = ("401",)
    page = open_page("/?q=reserve+items", signed_in=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_focused()

    page.get_by_label("Token or API key").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The token is not valid.")
    expect(page.get_by_label("Token or API key")).to_be_focused()
    page.get_by_label("Token or API key").fill(site.token)
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")
    assert page.evaluate(KEPT) == [site.token, None]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(KEPT) == [None, None]
    assert "stock.go" not in page.content()


def test_who_wishes_stays_signed_in(site: Site, open_page: Open) -> None:
    page = open_page(signed_in=False)
    page.get_by_label("Token or API key").fill(f"  {site.token}\n")
    page.get_by_label("Stay signed in on this device").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()

    other = page.context.new_page()
    page.close()
    other.goto(site.address)

    expect(other.get_by_role("heading", name="Search your code and chats")).to_be_visible()
    assert other.evaluate(KEPT) == [None, site.token]


def test_a_link_signs_in_once_and_leaves_the_address(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expected = ("401",)
    address = link(site)
    page = open_page(address, signed_in=False)
    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()
    assert page.url == f"{site.address}/"
    assert page.evaluate(KEPT) == [site.token, None]

    expect(page.locator("#query")).to_be_enabled()
    stranger = open_page(address, signed_in=False)

    expect(stranger.get_by_role("alert")).to_contain_text("The code is unknown, used or too old.")
    assert stranger.url == f"{site.address}/"
    # In the tab that is open already.
    stranger.goto(site.address + link(site))
    expect(stranger.get_by_role("heading", name="Search your code and chats")).to_be_visible()
    assert stranger.url == f"{site.address}/"


def test_a_used_link_does_no_harm_to_who_is_signed_in(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expected = ("401",)
    page = open_page("/#code=used-before")

    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()


def test_tabs_share_the_signing_in_and_out(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    context = new_context()
    page = context.new_page()
    page.goto(site.address + link(site))
    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()

    other = context.new_page()
    other.goto(f"{site.address}/?q=reserve+items")
    expect(other.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")
    other.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(KEPT) == [None, None]


def test_a_token_that_ends_leads_back_to_the_door(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expected = ("401",)
    page = open_page()
    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()
    expired = '{"status": 401, "detail": "The token has expired.", "code": "unauthenticated", "hint": "Get a new one."}'
    page.route(
        "**/v1/search/*", lambda route: route.fulfill(status=401, body=expired, content_type="application/problem+json")
    )

    page.get_by_role("searchbox").fill("reserve items")

    expect(page.get_by_role("alert")).to_contain_text("The token has expired. Get a new one.")
    assert page.evaluate(KEPT) == [None, None]


def test_a_key_that_may_only_search_is_enough_to_search(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expected = ("403",)
    (row,) = site.api.execute(
        "insert into api_keys (user_id, name, key_hash, key_prefix, permissions) values"
        " (%s, 'page', encode(sha256('cik_onlysearch'), 'hex'), 'cik_only', '{\"scopes\": [\"search\"]}') returning 1",
        site.user_id,
    )
    page = open_page("/?q=reserve+items", signed_in=False)

    page.get_by_label("Token or API key").fill("cik_onlysearch")
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")
    assert row == (1,)
