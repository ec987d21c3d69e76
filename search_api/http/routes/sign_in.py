"""The routes by which a token gets into a browser without standing in an address: one gives a code, one takes it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security
from pydantic import BaseModel, Field

from search_api.auth import Principal, read_bearer
from search_api.http.documentation import problems
from search_api.http.service import BEARER, TheService
from search_api.http.strict_json import StrictRoute
from search_api.http.visit import visit_of
from search_api.limits import STORABLE, Strict
from search_api.sign_in_codes import CODE_SECONDS

router = APIRouter(prefix="/v1/sign-in", tags=["sign-in"], route_class=StrictRoute)


# Waits for nothing, so it is a coroutine: the framework runs all others in a thread.
async def principal_of(request: Request, _: Annotated[object, Security(BEARER)]) -> Principal:
    return visit_of(request.scope).require_principal()


class CodeReply(BaseModel):
    """A code that works once."""

    code: str = Field(description="Put it behind the page's address, as #code=...")
    expires_in: int = Field(description="Seconds until it works no more.")


class GivenCode(Strict):
    """A code to be taken."""

    code: Annotated[str, Field(min_length=1, max_length=200), STORABLE]


class TokenReply(BaseModel):
    """What the code stood for."""

    token: str


@router.post("/codes", status_code=201, responses=problems())
def post_sign_in_code(
    request: Request, _: Annotated[Principal, Depends(principal_of)], service: TheService
) -> CodeReply:
    """Give a code for the token of this request, for a browser that reaches the service at the same host."""
    token = read_bearer(request.headers.getlist("authorization"))
    return CodeReply(code=service.codes.make(token, request.headers.get("host", "")), expires_in=CODE_SECONDS)


@router.post("", responses=problems(400, 413, always=(401, 422)))
def post_sign_in(request: Request, service: TheService, given: GivenCode) -> TokenReply:
    """Take a code and answer with its token. This route needs no caller: the code is the proof."""
    return TokenReply(token=service.codes.take(given.code, request.headers.get("host", "")))
