"""How the page and its files are served: who may keep them, how they are packed, what a browser may do with them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.http.page_files import FOLDER, load_page
from search_api.http.routes.page import accepts_gzip
from sql.database import Database
from tests.search_api.api import make_api


@pytest.fixture
def client(url: str, database: Database) -> Iterator[TestClient]:
    with make_api(url, database).client() as client:
        yield client


def file_named(name: str) -> str:
    return next(path for path in load_page().files if path.endswith(f"/{name}"))


def test_the_page_is_served_to_anyone_with_a_strict_policy(client: TestClient) -> None:
    reply = client.get("/")

    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["img-src"] == "'self'"
    assert (policy["require-trusted-types-for"], policy["trusted-types"]) == ("'script'", "'none'")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"


def test_the_page_names_only_files_that_are_served_and_nothing_of_another_host(client: TestClient) -> None:
    text = client.get("/").text
    named = re.findall(r'(?:src|href)="([^"#][^"]*)"', text)

    assert len(named) > 5
    assert {client.get(path).status_code for path in named} == {200}
    assert "//" not in text
    assert "{{" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", text)


def test_the_page_is_asked_for_again_and_its_files_are_kept_for_ever(client: TestClient) -> None:
    page, script = client.get("/"), client.get(file_named("main.js"))

    assert page.headers["cache-control"] == "no-cache"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "access-control-allow-origin" not in script.headers


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_who_has_a_file_already_is_not_sent_it_again(client: TestClient, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    tag = client.get("/", headers=headers).headers["etag"]

    same = client.get("/", headers={**headers, "If-None-Match": f'"other", W/{tag}'})
    other = client.get("/", headers={**headers, "If-None-Match": '"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert other.status_code == 200


def test_files_are_packed_for_who_can_unpack_them(client: TestClient) -> None:
    name = file_named("main.js")
    packed = client.get(name, headers={"Accept-Encoding": "br, gzip"})
    plain = client.get(name, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (FOLDER / "js" / "main.js").read_bytes()
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert {reply.headers["vary"] for reply in (packed, plain)} == {"Accept-Encoding"}


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("*", True),
        ("br", False),
    ],
)
def test_packing_is_agreed_on(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    "name",
    ["", "../auth.py", "..%2fauth.py", "%2e%2e/%2e%2e/settings.py", "js/none.js", "vendor/highlight/vendored.json"],
)
def test_nothing_but_the_page_is_served(client: TestClient, name: str) -> None:
    base = file_named("icon.svg").removesuffix("icon.svg")

    # Past the door there are these files and no others.
    assert client.get(f"{base}{name}").status_code == 401


def test_the_address_of_the_files_changes_with_any_of_them(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("{{files}}")
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "left_out.txt").write_text("x")
    first = load_page(tmp_path)
    load_page.cache_clear()
    (tmp_path / "a.js").write_text("2")
    second = load_page(tmp_path)
    load_page.cache_clear()

    assert len(first.files) == len(second.files) == 1
    assert set(first.files) != set(second.files)
    assert gzip.decompress(first.start.compressed) == first.start.content
    assert first.start.content.decode() in next(iter(first.files))
