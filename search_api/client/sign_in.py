"""What is asked to hand a token to a browser: a code for it, and the token for the code."""

from __future__ import annotations

from search_api.client.asking import Ask, Reply, Whole, given


class SignInCode(Reply, frozen=True):
    """A code that works once, for so many seconds."""

    code: str
    expires_in: int


class SignedIn(Reply, frozen=True):
    """What the code stood for."""

    token: str


def create_sign_in_code() -> Ask[SignInCode]:
    """A code for this client's token, to be put behind the page's address."""
    return Ask("POST", "/v1/sign-in/codes", Whole(SignInCode))


def sign_in(code: str) -> Ask[SignedIn]:
    """The token of a code, which is used up by it. Not asked twice once it may have arrived."""
    return Ask("POST", "/v1/sign-in", Whole(SignedIn), body=given(code=code), repeatable=False)
