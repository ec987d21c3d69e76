"""Tests of the codes by which a token gets into a browser, and of the routes that give and take them."""

from __future__ import annotations

import pytest

from models.errors import UnauthenticatedError
from search_api.sign_in_codes import CODE_SECONDS, MOST_CODES, SignInCodes, host_of
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def api(url: str, database: Database) -> Api:
    return make_api(url, database)


def test_a_code_works_once() -> None:
    codes = SignInCodes()
    code = codes.make("token", "127.0.0.1:8765")

    assert codes.take(code, "127.0.0.1:8765") == "token"
    with pytest.raises(UnauthenticatedError):
        codes.take(code, "127.0.0.1:8765")


def test_a_code_works_for_an_hour() -> None:
    clock = Clock()
    codes = SignInCodes(clock)
    code = codes.make("token", "127.0.0.1")
    clock.now += CODE_SECONDS

    with pytest.raises(UnauthenticatedError):
        codes.take(code, "127.0.0.1")


def test_under_the_name_of_a_stranger_a_code_does_not_work_and_is_used_up() -> None:
    codes = SignInCodes()
    code = codes.make("token", "127.0.0.1:8765")

    for host in ("rebound.example.org:8765", "127.0.0.1:8765"):
        with pytest.raises(UnauthenticatedError):
            codes.take(code, host)


def test_of_too_many_codes_the_oldest_are_forgotten() -> None:
    codes = SignInCodes()
    first, *_, last = [codes.make("token", "localhost") for _ in range(MOST_CODES + 1)]

    assert codes.take(last, "localhost") == "token"
    with pytest.raises(UnauthenticatedError):
        codes.take(first, "localhost")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("127.0.0.1:8765", "localhost:9000", True),
        ("[::1]:8765", "localhost", True),
        ("search.example.org", "SEARCH.example.org:443", True),
        ("search.example.org", "example.org", False),
        ("127.0.0.1", "127.0.0.1.example.org", False),
        ("localhost", "localhost.example.org", False),
        ("localhost", "10.0.0.1", False),
        ("localhost", "", False),
        ("localhost", "[", False),
        ("localhost", "example.org@localhost:80@x", False),
    ],
)
def test_all_names_of_this_machine_are_one_host(one: str, other: str, same: bool) -> None:
    assert (host_of(one) == host_of(other)) is same


def test_a_code_of_the_api_stands_for_the_token_that_asked_for_it(api: Api) -> None:
    token = token_of(api.sign_up())
    with api.client(token) as client:
        given = client.post("/v1/sign-in/codes")
    with api.client() as client:
        taken = client.post("/v1/sign-in", json={"code": given.json()["code"]})
        again = client.post("/v1/sign-in", json={"code": given.json()["code"]})

    assert (given.status_code, given.json()["expires_in"]) == (201, CODE_SECONDS)
    assert (taken.status_code, taken.json()) == (200, {"token": token})
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


def test_a_code_is_not_given_to_a_stranger_nor_taken_under_another_name(api: Api) -> None:
    with api.client() as client:
        assert client.post("/v1/sign-in/codes").status_code == 401
    with api.client(token_of(api.sign_up())) as client:
        code = client.post("/v1/sign-in/codes", headers={"Host": "127.0.0.1:8765"}).json()["code"]
    with api.client() as client:
        refused = client.post("/v1/sign-in", json={"code": code}, headers={"Host": "rebound.example.org:8765"})

    assert refused.status_code == 401
