"""axe-core finds nothing to complain about: in no state of the page, in neither colours, on no screen."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Open, Site, Watch

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"

# Of each state: its address, what is clicked there, and what can be seen then.
STATES = {
    "start": ("/", None, ".ways"),
    "results": ("/?q=round+price", None, ".chat .hit-link"),
    "why": ("/?q=round+price&in=code", ".why summary", ".why[open]"),
    "phrase": ("/?q=%22halves+up%22&in=code", None, ".line.chosen"),
    "chats": ("/?q=rounded&in=chat", None, ".hit-link"),
    "nothing": ("/?q=%22zxqv+wkjh%22&language=go", None, ".nothing"),
    "refused": ("/?q=%2F%28%2F&in=code", None, ".notice.bad"),
    "file": ("/?q=round+price&in=code", ".hit-link", ".file-lines .chosen"),
    "session": ("/?q=rounded&in=chat", ".hit-link", ".message.found"),
    "help": ("/?q=round+price", "#help-button", "dialog[open]"),
}


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("state", STATES)
def test_axe_has_nothing_to_say(open_page: Open, watch: Watch, state: str) -> None:
    watch.expected = ("422",) if state == "refused" else ()
    address, clicked, seen = STATES[state]
    page = open_page(address, reduced_motion="reduce")
    if clicked is not None:
        page.locator(clicked).first.click()
    page.wait_for_selector(seen)
    expect(page.locator("#filter-mode")).to_be_attached()

    assert in_both_colours(page) == []


def test_axe_has_nothing_to_say_of_the_door(open_page: Open, watch: Watch) -> None:
    watch.expected = ("401",)
    page = open_page(signed_in=False)
    page.get_by_label("Token or API key").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The token is not valid.")
    page.get_by_text("Where do I get one?").click()

    assert in_both_colours(page) == []


def test_axe_has_nothing_to_say_on_a_phone_while_the_index_waits(site: Site, open_page: Open) -> None:
    site.put("/shop/waiting.py", "x = 1\n")
    failing = site.put("/shop/failing.py", "x = 2\n")
    site.api.execute("update code_index_state set error = 'odd', attempts = 2 where file_id = %s", failing)
    page = open_page("/?q=round+price", viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page.wait_for_selector(".chat .hit-link")
    page.get_by_text("could not be indexed").click()
    page.get_by_role("button", name="Filters").click()

    found = in_both_colours(page)
    site.api.execute("delete from workspace_files where path in ('/shop/waiting.py', '/shop/failing.py')")
    assert found == []


def in_both_colours(page: Page) -> list[str]:
    found = violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"dark: {each}" for each in violations(page)]


def test_axe_would_say_something(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".ways")).to_be_visible()

    page.evaluate("document.querySelector('#query').labels[0].remove()")

    assert any(each.startswith(("label", "aria-input")) for each in violations(page))


def test_what_happens_is_told_to_those_who_do_not_see_it(open_page: Open) -> None:
    page = open_page()

    page.get_by_role("searchbox").fill("reserve items")
    expect(page.locator("#announcer")).to_contain_text("results in code,")
    page.locator(".sections .code .hit-link").first.click()

    expect(page.locator("#announcer")).to_have_text("/shop/src/stock.go, line 4")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_the_first_tab_leads_past_the_top(open_page: Open) -> None:
    page = open_page("/?q=round+price")
    page.wait_for_selector(".hit-link")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
