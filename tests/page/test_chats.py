"""A chat is opened at the message that was found, whatever its length, and read on from there in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from tests.chatting import new_session, say
from tests.page.conftest import Open, Site, Watch
from tests.page.test_accessibility import in_both_colours

LENGTH = 150


@pytest.fixture(scope="module")
def ids(site: Site) -> Iterator[list[UUID]]:
    """The messages of a long chat, of which one has a rare word."""
    with psycopg.connect(site.api.url) as connection:
        session = new_session(connection, site.user_id, "A long chat")
        said = [
            say(
                connection,
                session,
                f"Message {number}{', a numbat' if number == 75 else ''}\n\nand more",
                minute=number,
            )
            for number in range(LENGTH)
        ]
        connection.execute("update chat_sessions set message_count = %s where id = %s", (LENGTH, session))
    yield said
    site.api.execute("delete from chat_sessions where id = %s", session)


def open_found(open_page: Open, **options: object) -> Page:
    page = open_page("/?q=numbat&in=chat", **options)
    page.locator(".hit-link").first.click()
    expect(page.locator(".message.found")).to_be_in_viewport()
    return page


def texts(page: Page) -> list[str]:
    return [text.split("\n")[0].split(",")[0] for text in page.locator(".message .said").all_inner_texts()]


def numbered(first: int, last: int) -> list[str]:
    return [f"Message {number}" for number in range(first, last + 1)]


@pytest.mark.usefixtures("ids")
def test_a_long_chat_is_opened_at_the_message_that_was_found(open_page: Open) -> None:
    page = open_page("/?q=numbat&in=chat")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/messages?" in request.url else None)
    page.locator(".hit-link").first.click()

    expect(page.locator(".message.found mark")).to_have_text("numbat")
    expect(page.locator(".message.found")).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_have_text("A long chat")
    expect(page.locator(".opened-head .about")).to_have_text("40 of 150 messages")
    assert texts(page) == numbered(55, 94)
    assert len(asked) == 1


@pytest.mark.usefixtures("ids")
def test_a_chat_goes_on_before_and_after_the_message(open_page: Open) -> None:
    page = open_found(open_page)
    earlier = page.get_by_role("button", name="Show earlier messages")
    later = page.get_by_role("button", name="Show later messages")

    earlier.click()
    expect(page.locator(".message")).to_have_count(80)
    expect(page.locator("#announcer")).to_have_text("40 earlier messages")
    earlier.click()
    expect(page.locator(".message")).to_have_count(95)
    expect(earlier).to_have_count(0)
    later.click()
    expect(page.locator(".message")).to_have_count(135)
    later.click()
    expect(page.locator(".message")).to_have_count(LENGTH)

    expect(later).to_have_count(0)
    expect(page.locator(".opened-head .about")).to_have_text("150 messages")
    assert texts(page) == numbered(0, LENGTH - 1)


@pytest.mark.usefixtures("ids")
def test_what_is_being_read_stays_in_its_place_when_earlier_messages_come(open_page: Open) -> None:
    page = open_found(open_page)
    page.get_by_role("button", name="Show earlier messages").scroll_into_view_if_needed()
    first = page.locator(".message").first
    name = first.get_attribute("id")
    before = first.bounding_box()

    page.get_by_role("button", name="Show earlier messages").press("Enter")
    expect(page.locator(".message")).to_have_count(80)
    after = page.locator(f"#{name}").bounding_box()

    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2
    expect(page.get_by_role("button", name="Show earlier messages")).to_be_focused()


@pytest.mark.usefixtures("ids")
def test_by_the_keys_one_reads_on_at_the_first_later_message(open_page: Open) -> None:
    page = open_found(open_page)

    page.get_by_role("button", name="Show later messages").press("Enter")

    expect(page.locator(".message").nth(40)).to_be_focused()


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_has_nothing_to_say_of_a_chat_that_goes_on(open_page: Open, width: int) -> None:
    page = open_found(open_page, viewport={"width": width, "height": 740}, reduced_motion="reduce")
    expect(page.get_by_role("button", name="Show earlier messages")).to_be_attached()

    assert in_both_colours(page) == []


@pytest.mark.usefixtures("ids")
def test_on_a_phone_the_name_and_the_way_back_stay_above_a_long_chat(open_page: Open) -> None:
    page = open_found(open_page, viewport={"width": 360, "height": 740})

    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="← Results")).to_be_in_viewport(ratio=1)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_chat_without_a_message_in_its_address_begins_at_its_beginning(
    site: Site, ids: list[UUID], open_page: Open
) -> None:
    ((session,),) = site.api.execute("select session_id from chat_message_cache where id = %s", ids[0])

    page = open_page(f"/?session={session}")

    expect(page.locator(".message")).to_have_count(40)
    expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)
    assert texts(page) == numbered(0, 39)


def test_a_link_to_a_message_that_is_gone_shows_the_beginning_and_says_so(
    site: Site, ids: list[UUID], open_page: Open, watch: Watch
) -> None:
    watch.expected = ("404",)
    ((session,),) = site.api.execute("select session_id from chat_message_cache where id = %s", ids[0])

    page = open_page(f"/?session={session}&message=00000000-0000-4000-8000-000000000000")

    expect(page.get_by_text("The message is not in this chat any more.")).to_be_visible()
    assert texts(page) == numbered(0, 39)


@pytest.mark.usefixtures("ids")
def test_what_does_not_come_is_told_and_tried_again(open_page: Open, watch: Watch) -> None:
    watch.expected = ("503",)
    page = open_found(open_page)
    problem = json.dumps({"status": 503, "detail": "The database cannot be reached.", "code": "unavailable"})

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body=problem, content_type="application/problem+json")

    page.route("**/messages?*before=*", refuse)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.get_by_role("alert")).to_contain_text("The database cannot be reached.")

    page.unroute("**/messages?*before=*")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".message")).to_have_count(80)


def test_what_is_recent_comes_before_what_is_a_little_better(site: Site, open_page: Open) -> None:
    with psycopg.connect(site.api.url) as connection:
        old = new_session(connection, site.user_id, "Old")
        say(connection, old, "bilby bilby bilby", minute=0)
        new = new_session(connection, site.user_id, "New")
        say(connection, new, "a bilby, and many other words that are said beside it", minute=60 * 24 * 365)
    page = open_page("/?q=bilby&in=chat")
    expect(page.locator(".hit-link")).to_have_text(["Old", "New"])

    page.get_by_label("Order").select_option("Best and recent first")

    expect(page.locator(".hit-link")).to_have_text(["New", "Old"])
    assert page.url.endswith("/?q=bilby&in=chat&sort=recent")
    page.reload()
    expect(page.get_by_label("Order")).to_have_value("recent")
    expect(page.locator(".hit-link")).to_have_text(["New", "Old"])
    site.api.execute("delete from chat_sessions where id = any (%s)", [old, new])


@pytest.mark.parametrize(
    ("said", "paragraphs", "code", "marked"),
    [
        ("Call `wambenger_a()`:\n\n```python\nwambenger_a()\n```\n", ["Call wambenger_a():"], ["wambenger_a()"], 2),
        (
            "```python\n"
            + "some_number=1\n" * 60
            + "wambenger_b = 2\n```\nAfter the `wambenger_b` \U0001f43e wambenger_b.",
            ["After the wambenger_b \U0001f43e wambenger_b."],
            ["wambenger_b = 2"],
            3,
        ),
        ("A wambenger_c `has no end\nand ``` stands here", ["A wambenger_c `has no end\nand ``` stands here"], [], 1),
    ],
    ids=["whole", "cut within code", "nothing closed"],
)
def test_a_piece_of_a_message_shows_its_code_as_code(
    site: Site, open_page: Open, said: str, paragraphs: list[str], code: list[str], marked: int
) -> None:
    word = said[said.index("wambenger") :][:11]
    with psycopg.connect(site.api.url) as connection:
        session = new_session(connection, site.user_id, "Code")
        say(connection, session, said)

    page = open_page(f"/?q={word}&in=chat")
    snippet = page.locator(".snippet").filter(has_text=word)
    expect(snippet).to_have_count(1)
    shown = snippet.locator("p").all_inner_texts()
    lines = [line for text in snippet.locator("pre").all_inner_texts() for line in text.splitlines()]
    marks = snippet.locator("mark").all_inner_texts()
    site.api.execute("delete from chat_sessions where id = %s", session)

    assert shown == paragraphs
    assert [line for line in lines if "some_number" not in line] == code
    assert marks == [word] * marked
