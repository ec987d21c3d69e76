"""Nothing that is in files, names, chats or addresses becomes more than text."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import HOSTILE_NAME, HOSTILE_SAID, Open, Watch

HACKED = "window.hacked ?? null"


def nothing_happened(page: Page) -> bool:
    return page.evaluate(HACKED) is None and page.locator("main img, main script, main b, main i").count() == 0


def test_names_and_contents_of_files_stay_text(open_page: Open) -> None:
    page = open_page("/?q=evilQuokka")
    found = page.locator(".sections .code .hit").first
    expect(found.locator(".hit-link")).to_have_text(f"/shop/{HOSTILE_NAME}")
    expect(found.locator(".lines")).to_contain_text("<img src=x onerror='window.hacked=3'>")
    assert nothing_happened(page)

    found.locator(".hit-link").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"/shop/{HOSTILE_NAME}")
    expect(page.locator(".file-lines")).to_contain_text("// </script><script>window.hacked = 2</script>")
    assert nothing_happened(page)


def test_chats_stay_text(open_page: Open) -> None:
    page = open_page("/?q=quokka&in=chat")
    expect(page.locator(".hit-link").first).to_have_text("<script>window.hacked=8</script>")
    expect(page.locator(".snippet").first).to_have_text(HOSTILE_SAID)
    expect(page.get_by_label("<i>tag</i>")).to_be_visible()

    page.locator(".hit-link").first.click()

    expect(page.locator(".message.found .said")).to_have_text(HOSTILE_SAID)
    assert nothing_happened(page)


def test_an_address_stays_text(open_page: Open, watch: Watch) -> None:
    # Of a kind that there is not, the service says so.
    watch.expected = ("422",)
    page = open_page()
    for name in ("q", "path", "language", "kind", "tag", "in", "mode", "file", "lines", "session", "message"):
        page.goto(f"{page.url.split('?')[0]}?q=zzz&{name}={quote(HOSTILE_NAME, safe='')}")
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")

        assert nothing_happened(page), name


@pytest.mark.parametrize(
    "attempt",
    [
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s)",
        "document.body.innerHTML = '<img src=x onerror=window.hacked=1>'",
        "document.body.setAttribute('onclick', 'window.hacked = 1'); document.body.click()",
        "new Function('window.hacked = 1')()",
        "fetch('http://127.0.0.1:9/')",
    ],
)
def test_the_policy_would_stop_what_came_through_all_the_same(open_page: Open, watch: Watch, attempt: str) -> None:
    page = open_page()
    expect(page.get_by_role("heading", name="Search your code and chats")).to_be_visible()
    # The very refusals are what this test wants.
    watch.expected = ("",)

    stopped = page.evaluate(
        """async (attempt) => {
          const refused = new Promise((resolve) => {
            addEventListener("securitypolicyviolation", () => resolve(true), { once: true });
          });
          const late = new Promise((resolve) => setTimeout(() => resolve(false), 5000));
          const tries = (0, eval)(`async () => { await new Promise((go) => setTimeout(go)); ${attempt} }`);
          // Thrown at the attempt itself, a refusal is one too.
          return Promise.race([refused, late, tries().then(() => refused, () => true)]);
        }""",
        attempt,
    )

    assert stopped
    assert page.evaluate(HACKED) is None
