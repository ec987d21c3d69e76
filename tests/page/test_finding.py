"""In a real browser: index, type, see, open, come back; with the mouse and with the keys alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.page.conftest import PATIENCE_MS, Open, Site, Watch


def paths(page: Page) -> list[str]:
    return page.locator(".sections .code .hit-link").all_inner_texts()


def eventually(page: Page, condition: Callable[[], bool]) -> None:
    """Asked from here: in the page, the policy forbids what a driver's own way of waiting does."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < end
        # While the driver waits, it tells what happens in the page.
        page.wait_for_timeout(50)


def test_what_was_just_indexed_is_typed_seen_and_opened_at_its_line(site: Site, open_page: Open) -> None:
    site.put(
        "/shop/src/mail.py", "import smtplib\n\n\ndef send_confirmation(address):\n    return smtplib.SMTP(address)\n"
    )
    site.index()
    page = open_page()

    page.get_by_role("searchbox").press_sequentially("send confirmation", delay=20)
    first = page.locator(".sections .code .hit").first
    expect(first.locator(".hit-link")).to_have_text("/shop/src/mail.py")
    # Results come while one types: these are of all that was typed.
    expect(first.locator(".hit-link")).to_have_attribute("href", re.compile(r"q=send\+confirmation&"))

    expect(first.locator(".symbol")).to_have_text("send_confirmation")
    expect(first.locator("mark").first).to_have_text("send_confirmation")
    expect(first.locator('.line[data-line="4"] .t-keyword')).to_have_text("def")
    expect(first.locator(".why summary")).to_contain_text("its name fits")
    first.locator(".hit-link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("/shop/src/mail.py")
    expect(page.locator(".file-lines .line.chosen")).to_have_attribute("data-line", "4")
    expect(page.locator(".file-lines .line.chosen mark")).to_have_text("send_confirmation")
    expect(page.locator(".file-lines .line")).to_have_count(5)
    expect(page.locator(".file-lines .t-keyword")).not_to_have_count(0)
    site.api.execute("delete from workspace_files where path = '/shop/src/mail.py'")


def test_a_word_is_marked_in_a_file_where_it_begins_and_not_inside_of_others(site: Site, open_page: Open) -> None:
    site.put("/shop/src/wrap.py", "def run_app(app):\n    return wrapper(app)\n")
    site.index()
    page = open_page("/?q=run+app&in=code")
    page.locator(".hit-link", has_text="wrap.py").click()

    marks = page.locator('.file-lines .line[data-line="2"] mark')
    expect(marks).to_have_text(["app"])
    expect(page.locator('.file-lines .line[data-line="2"]')).to_contain_text("wrapper(app)")
    site.api.execute("delete from workspace_files where path = '/shop/src/wrap.py'")


def test_back_leads_to_the_results_and_to_the_one_that_was_opened(open_page: Open) -> None:
    page = open_page("/?q=round+price&in=code")
    second = page.locator(".hit-link").nth(1)
    href = second.get_attribute("href")
    second.click()
    expect(page.locator(".file-lines .line.chosen")).to_be_visible()

    page.go_back()

    expect(page.locator(".hit-link").nth(1)).to_be_focused()
    expect(page.locator(".hit-link").nth(1)).to_have_attribute("href", href or "")
    expect(page).to_have_url(re.compile(r"/\?q=round\+price&in=code$"))


def test_an_address_holds_question_filters_file_and_lines(site: Site, open_page: Open) -> None:
    page = open_page("/?q=reserve+items&language=go")
    page.locator(".hit-link").first.click()
    page.locator('.file-lines a[data-line="6"]').click()
    page.locator('.file-lines a[data-line="8"]').click(modifiers=["Shift"])
    address = page.url.removeprefix(site.address)

    other = open_page(address)

    expect(other.locator(".line.chosen")).to_have_count(3)
    expect(other.locator(".line.chosen").first).to_be_in_viewport()
    expect(other.get_by_role("searchbox")).to_have_value("reserve items")
    other.get_by_role("link", name="← Results").click()
    expect(other.get_by_label("go", exact=False).first).to_be_checked()
    expect(other.locator(".hit-link").first).to_be_visible()
    assert [path for path in paths(other) if not path.endswith(".go")] == []


def test_the_link_of_a_result_gets_into_the_clipboard(site: Site, open_page: Open) -> None:
    page = open_page("/?q=ReserveItems&in=code", permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy link: /shop/src/stock.go").first.click()

    expect(page.locator("#announcer")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{site.address}/\?q=ReserveItems&in=code&file=[0-9a-f-]{{36}}&lines=4", copied)


def test_a_long_file_is_opened_where_it_was_found(open_page: Open) -> None:
    page = open_page("/?q=last_quagga&in=code")

    page.locator(".hit-link").first.click()

    expect(page.locator('.file-lines .line[data-line="3001"]')).to_be_in_viewport()


def test_an_answer_to_an_older_question_is_given_up(open_page: Open) -> None:
    page = open_page()
    held: list[Route] = []
    page.route(
        "**/v1/search/code",
        lambda route: held.append(route) if '"quok' in (route.request.post_data or "") else route.continue_(),
    )
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.post_data or ""))
    page.get_by_role("searchbox").fill("quok")
    eventually(page, lambda: len(held) == 1)

    page.get_by_role("searchbox").fill("reserve items")

    expect(page.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")
    eventually(page, lambda: any('"quok"' in text for text in given_up))


def test_keys_typed_at_once_are_one_question(open_page: Open) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/v1/search/code") else None)
    # The page has asked for examples before it was used.
    expect(page.locator(".ways .example").nth(1)).not_to_have_text("round_price_")
    page.wait_for_load_state("load")
    expect(page.locator("#filter-project")).to_be_visible()
    asked.clear()

    page.get_by_role("searchbox").press_sequentially("reserve")
    expect(page.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")

    assert len(asked) < len("reserve")


def test_who_opens_the_page_may_type_at_once(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("searchbox")).to_be_focused()

    page.keyboard.type("round price")

    expect(page.locator(".hit-link").first).to_be_visible()


def test_the_keys_alone_are_enough(open_page: Open) -> None:
    page = open_page("/?q=round+price")
    page.wait_for_selector(".sections .chat .hit-link")
    page.locator("main").focus()

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hit-link").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".hit-link").nth(1)).to_be_focused()
    page.keyboard.press("w")
    expect(page.locator(".hit").nth(1).locator("table")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".hit-link").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")
    expect(page.get_by_role("link", name="Chats")).to_have_attribute("aria-current", "page")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts and how to ask")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_filters_narrow_and_are_cleared(open_page: Open) -> None:
    page = open_page("/?q=quokka+price+shelf&in=code")
    page.wait_for_selector(".hit-link")

    page.get_by_label("python").check()
    expect(page).to_have_url(re.compile("language=python"))
    expect(page.get_by_label("python")).to_be_checked()
    page.get_by_label("Path").fill("src")
    page.get_by_label("Path").press("Enter")
    expect(page).to_have_url(re.compile("path=src"))
    expect(page.locator(".hit-link").first).to_have_text("/shop/src/prices.py")
    eventually(page, lambda: all(path.startswith("/shop/src/") and path.endswith(".py") for path in paths(page)))
    page.get_by_role("button", name="Clear 2 filters").click()

    expect(page).to_have_url(re.compile(r"/\?q=quokka\+price\+shelf&in=code$"))
    eventually(page, lambda: any(path.endswith(".go") for path in paths(page)))


def test_chats_are_found_and_read_at_the_message(open_page: Open) -> None:
    page = open_page("/?q=rounded&in=chat&role=user&tag=prices&after=2025-12-31&before=2026-01-02")
    found = page.locator(".hit").first
    expect(found.locator(".hit-link")).to_have_text("Rounding <b>prices</b>")
    expect(found.locator("mark")).to_have_text("rounded")

    found.locator(".hit-link").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Rounding <b>prices</b>")
    expect(page.locator(".message")).to_have_count(2)
    expect(page.locator(".message.found mark")).to_have_text("rounded")
    expect(page.locator(".message .fence .t-keyword")).to_have_text("return")


def test_nothing_found_says_what_to_try(open_page: Open) -> None:
    page = open_page("/?q=%22zxqv+wkjh%22&in=code&language=go")

    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Search without filters").click()
    expect(page).to_have_url(re.compile(r"q=%22zxqv\+wkjh%22&in=code$"))
    expect(page.locator("#announcer")).to_have_text("Nothing found.")


def test_a_refusal_is_shown_with_its_hint_and_tried_again(open_page: Open, watch: Watch) -> None:
    watch.expected = ("503",)
    page = open_page()
    problem = (
        '{"status": 503, "detail": "The database cannot be reached.", "code": "unavailable", "hint": "Ask again."}'
    )
    page.route(
        "**/v1/search/code",
        lambda route: route.fulfill(status=503, body=problem, content_type="application/problem+json"),
    )
    page.get_by_role("searchbox").fill("reserve items")
    expect(page.get_by_role("alert")).to_contain_text("The database cannot be reached.Ask again.")

    page.unroute("**/v1/search/code")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".sections .code .hit-link").first).to_have_text("/shop/src/stock.go")


def test_progress_and_failures_of_the_index_are_seen_as_they_happen(site: Site, open_page: Open) -> None:
    page = open_page("/?q=%22quagga_in_progress%22&in=code")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    site.put("/shop/wait.py", "def quagga_in_progress():\n    return 1\n")
    failing = site.put("/shop/broken.py", "def broken():\n    return 2\n")

    expect(page.get_by_role("progressbar")).to_be_visible()
    site.index()
    site.api.execute(
        "update code_index_state set error = 'too <b>odd</b>', attempts = 2, indexed_hash = null where file_id = %s",
        failing,
    )
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.get_by_text("1 file could not be indexed").click()
    expect(page.locator("#progress li")).to_have_text("/shop/broken.py too <b>odd</b> (2 attempts)")
    page.get_by_role("searchbox").press("Enter")

    expect(page.locator(".hit-link").first).to_have_text("/shop/wait.py")
    site.api.execute("delete from workspace_files where path in ('/shop/wait.py', '/shop/broken.py')")


def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: Open) -> None:
    page = open_page("/?q=round+price", viewport={"width": 360, "height": 740}, has_touch=True)
    page.wait_for_selector(".sections .chat .hit-link")
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)

    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("Project")).to_be_visible()
    assert not page.evaluate(wide)
    page.locator(".hit-link").first.click()
    page.wait_for_selector(".file-lines .chosen")

    assert not page.evaluate(wide)


def test_the_colours_are_those_of_the_system_until_others_are_chosen(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)

    page.get_by_role("button", name="Colours: as the system has them").click()
    light = page.evaluate(ground)
    page.reload()

    assert (dark, light) == ("rgb(14, 17, 22)", "rgb(255, 255, 255)")
    assert page.evaluate(ground) == light
    expect(page.get_by_role("button", name="Colours: light")).to_be_visible()
