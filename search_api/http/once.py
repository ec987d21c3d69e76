"""How things are made at most once: a request that comes again under its Idempotency-Key gets the same reply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from models.caller import Caller
from search_api.http.etags import ETAG, etag_of
from search_api.http.service import TheDatabase
from search_api.limits import LEFT_OUT
from sql.database import Connection, Database
from sql.once import Answer, claim_key, keep_answer

REPLAYED = "Idempotency-Replayed"

# What the API's description says of a route that makes one thing. Any: FastAPI's own type for these.
LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
LOCATED: dict[int | str, dict[str, Any]] = {201: {"headers": LOCATION}}
CREATED: dict[int | str, dict[str, Any]] = {201: {"headers": {**ETAG, **LOCATION}}}

Reply = TypeVar("Reply", bound=BaseModel)


def keep_all(reply: Reply) -> Reply:
    return reply


@dataclass(frozen=True, slots=True)
class Once:
    """The means of a route to make something, at most once when the client has named the request."""

    database: Database
    path: str
    key: str | None

    def make(
        self,
        caller: Caller,
        asked: BaseModel,
        work: Callable[[Connection], Reply],
        *,
        name: Callable[[Reply], object] | None = None,
        kept: Callable[[Reply], Reply] = keep_all,
        tagged: bool = True,
    ) -> Response:
        """The reply of `work`, which runs in one transaction as the caller, or that of the first time.

        `name` is what the thing has in its path (None where it is not one thing), `kept` what of the reply may be
        stored to be sent again; `tagged` says that the reply is what reading the thing gives, so that it has its ETag.
        """
        with self.database.acting_as(caller) as connection:
            if self.key is not None:
                known = claim_key(connection, self.key, self._hash(asked))
                if known is not None:
                    return _send(known, tagged=tagged, replayed=True)
            reply = work(connection)
            location = None if name is None else f"{self.path}/{name(reply)}"
            if self.key is not None:
                keep_answer(connection, self.key, Answer(201, kept(reply).model_dump_json(), location))
            return _send(Answer(201, reply.model_dump_json(), location), tagged=tagged)

    def _hash(self, asked: BaseModel) -> bytes:
        # What was understood and not the bytes: a client may write the same JSON in another order.
        return hashlib.sha256(f"POST {self.path}\n{asked.model_dump_json()}".encode()).digest()


def read_once(
    request: Request,
    database: TheDatabase,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern="^[!-~]+$",
            description="Names this request: sent again within a day, it is answered as before and makes nothing new.",
        ),
    ] = LEFT_OUT,
) -> Once:
    return Once(database, request.url.path, idempotency_key)


TheOnce = Annotated[Once, Depends(read_once)]


def _send(answer: Answer, *, tagged: bool, replayed: bool = False) -> Response:
    headers = {"ETag": etag_of(answer.reply)} if tagged else {}
    if answer.location is not None:
        headers["Location"] = answer.location
    if replayed:
        headers[REPLAYED] = "true"
    return Response(answer.reply, status_code=answer.status, headers=headers, media_type="application/json")
