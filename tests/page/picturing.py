"""Makes the pictures of docs/page.md: `python -m tests.page.picturing [CODE]`, CODE a folder to index (this project).

It starts a service of its own in a folder that is thrown away, so that the pictures are of what anybody would see.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

import httpx
import psycopg
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from search_api.serving import database_url
from search_api.settings import read_settings
from tests.acceptance.up import Local

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
WIDE: ViewportSize = {"width": 1440, "height": 860}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 760}
STATES: tuple[tuple[str, str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("results", "/?q=setup+error", WIDE, "light"),
    ("file", "/?q=setup+error&in=code", DESKTOP, "dark"),
    ("phone", "/?q=setup+error", PHONE, "light"),
    ("chat", "/?q=setup&in=chat", DESKTOP, "light"),
)
# Enough that the worker is still at it when the picture is taken.
COPIES = 6
FAILED = (
    "LockNotAvailable: canceling statement due to lock timeout",
    "OutOfMemoryError: the model has no memory left for a text of 8,192 tokens",
)
FAIL = """
update public.code_index_state
set error = %s, attempts = 2, indexed_hash = null, retry_at = now() + interval '1 hour'
where file_id = (
  select file_id from public.code_index_state where error is null order by chunks desc, file_id limit 1
)
"""
CHAT = (
    ("user", "The service says: setup error, other users may read jwt_secret. What now?"),
    (
        "assistant",
        "The file of the secret may be read by its owner alone:\n\n"
        "```bash\nchmod 600 /var/lib/codingit/jwt_secret\n```\n\n"
        "Or delete it: the next start makes a new one, and the tokens made so far end.",
    ),
)


def main() -> None:
    code = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    folder = Path(tempfile.mkdtemp(prefix="codingit-pictures-", dir="/tmp"))
    folder.chmod(0o755)
    local = Local(folder / "data", folder / "said")
    try:
        with local.started(str(code), "--project", code.resolve().name, "--port", "0") as process:
            local.wait_until_said("Ask in a browser", process)
            session = json.loads((folder / "data" / "service.json").read_text())
            _begin_chat(session["url"], session["token"])
            _take_pictures(session["url"], session["token"])
            with database_url(read_settings(data_dir=str(folder / "data"))) as database:
                _picture_progress(session["url"], session["token"], database)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _begin_chat(url: str, token: str) -> None:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        begun = client.post("/v1/chat/sessions", json={"title": "Setup error at start", "tags": ["operations"]})
        path = f"/v1/chat/sessions/{begun.raise_for_status().json()['id']}/messages"
        for role, content in CHAT:
            client.post(path, json={"role": role, "content": content}).raise_for_status()


def _take_pictures(url: str, token: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address, size, colours in STATES:
            page = _open(browser, token, size, colours)
            # Twice: the picture's milliseconds are those of a service that has woken up.
            for _ in range(2):
                page.goto(url + address)
                page.wait_for_selector(".hit-link")
            if name in ("file", "chat"):
                page.locator(".hit-link").first.click()
                page.wait_for_selector(".chosen, .message.found")
            # Colours and filters come after the results.
            page.wait_for_timeout(2000)
            _keep(page, name)
        browser.close()


def _picture_progress(url: str, token: str, database: str) -> None:
    """Of files that wait while the picture is taken, and of two that failed as the worker would have written it."""
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "search_api").rglob("*.py")}
    with sync_playwright() as playwright, httpx.Client(base_url=url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        with psycopg.connect(database, autocommit=True) as connection:
            for error in FAILED:
                connection.execute(FAIL, (error,))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = _open(browser, token, DESKTOP, "light")
        page.goto(f"{url}/?q=setup+error")
        page.wait_for_selector(".hit-link")
        page.locator("#progress summary").click()
        # The colours of what was found come before the worker has much to do.
        page.wait_for_timeout(2000)
        for copy in range(1, COPIES + 1):
            files = [
                {"path": f"/release-{copy}/{path}", "content": f"# {copy}\n{text}"} for path, text in sources.items()
            ]
            client.put("/v1/files", json={"files": files}).raise_for_status()
        page.wait_for_function(f"document.querySelector('progress')?.max > {COPIES * len(sources)}")
        _keep(page, "progress")
        browser.close()


def _open(browser: Browser, token: str, size: ViewportSize, colours: Literal["light", "dark"]) -> Page:
    page = browser.new_page(viewport=size, color_scheme=colours, reduced_motion="reduce")
    page.add_init_script(f"sessionStorage.setItem('codingit.token', {json.dumps(token)})")
    return page


def _keep(page: Page, name: str) -> None:
    """As a PNG of 128 colours, which is enough for text and a third of the size."""
    path = PICTURES / f"{name}.png"
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(128).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
