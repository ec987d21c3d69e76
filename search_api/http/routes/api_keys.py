"""Routes for the caller's API keys: list them, make one that is shown once, change or revoke one."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from search_api.auth import Scope, scopes_of
from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import LOCATED, TheOnce
from search_api.http.pages import Paged, StoredMoment, cut
from search_api.http.routes.chat import Name
from search_api.http.service import KeyReader, KeyWriter, TheDatabase, TheService
from search_api.http.strict_json import StrictRoute
from search_api.limits import Moment, Strict, left_out
from sql.api_keys import StoredKey, change_key, create_key, list_family, list_keys, read_key, revoke_key

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"], route_class=StrictRoute)

PLACE: TypeAdapter[tuple[StoredMoment | None, UUID]] = TypeAdapter(tuple[StoredMoment | None, UUID])


class NewKey(Strict):
    """A key to be made."""

    name: Name = Field(examples=["ci"])
    # Not left out by accident: that would allow everything.
    scopes: list[Scope] | None = Field(max_length=len(Scope), description="What it may do; null for everything.")
    expires_at: Moment | None = Field(None, description="With a time zone; null for never.")


class KeyChange(Strict):
    """What is to be changed; what is left out stays as it is, and null lets the key never expire."""

    name: Name = Field(default_factory=left_out)
    expires_at: Moment | None = Field(None, description="With a time zone; null for never.")


class KeyReply(BaseModel):
    """What is stored of a key; nobody can read the key itself again."""

    id: UUID
    name: str
    prefix: str = Field(description="The first characters of the key.")
    scopes: list[str] | None = Field(description="What it may do; null for everything.")
    made_by: UUID | None = Field(description="The key with which it was made, and with which it ends.")
    is_active: bool
    last_used_at: datetime | None
    expires_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None


class NewKeyReply(KeyReply):
    """A new key, which is shown here and never again."""

    key: str | None = Field(description="The key; null when the same request comes again, for it is kept nowhere.")


class KeysReply(BaseModel):
    """A page of keys, the newest first; `next` is null on the last one."""

    api_keys: list[KeyReply]
    next: str | None


@router.get("", responses=problems())
def get_keys(caller: KeyReader, database: TheDatabase, query: Annotated[Paged, Query()]) -> KeysReply:
    """List the caller's keys, the newest first, those that were revoked too."""
    with database.acting_as(caller) as connection:
        found = list_keys(connection, after=query.place(PLACE), most=query.limit + 1)
    page, following = cut(found, query.limit, lambda last: (last.created_at, last.id))
    return KeysReply(api_keys=[KeyReply(**_fields(key)) for key in page], next=following)


@router.post("", status_code=201, response_model=NewKeyReply, responses=problems(400, 413) | LOCATED)
def post_key(caller: KeyWriter, once: TheOnce, key: NewKey) -> Response:
    """Make a key. One that is made with a key has no scope that the other lacks, and ends with it."""
    scopes = None if key.scopes is None else sorted(set(key.scopes))
    return once.make(
        caller,
        key,
        lambda connection: _show(*create_key(connection, name=key.name, scopes=scopes, expires_at=key.expires_at)),
        name=lambda made: made.id,
        kept=lambda made: made.model_copy(update={"key": None}),
        tagged=False,
    )


@router.get("/{key_id:uuid}", response_model=KeyReply, responses=problems(404) | READ)
def get_key(key_id: UUID, caller: KeyReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read what is stored of a key."""
    with database.acting_as(caller) as connection:
        return known.send(KeyReply(**_fields(read_key(connection, key_id))))


@router.patch("/{key_id:uuid}", response_model=KeyReply, responses=problems(400, 404, 412, 413) | CHANGED)
def patch_key(
    key_id: UUID,
    caller: KeyWriter,
    database: TheDatabase,
    service: TheService,
    expected: IfMatch,
    change: KeyChange,
) -> Response:
    """Rename a key, or let it end at another moment; a caller with a key lets none last longer."""
    values = change.model_dump(include=change.model_fields_set)

    def expect(key: StoredKey) -> None:
        expected.refuse_other(KeyReply(**_fields(key)))

    with database.acting_as(caller) as connection:
        changed = change_key(connection, key_id, values, expect)
        family = list_family(connection, key_id)
    for each in family:
        service.authenticator.forget_key(each)
    return send(KeyReply(**_fields(changed)))


@router.delete("/{key_id:uuid}", status_code=204, responses=problems(404))
def delete_key(key_id: UUID, caller: KeyWriter, database: TheDatabase, service: TheService) -> None:
    """Revoke a key and the keys that were made with it, for good."""
    with database.acting_as(caller) as connection:
        ended = revoke_key(connection, key_id)
    for each in ended:
        service.authenticator.forget_key(each)


def _show(key: str, stored: StoredKey) -> NewKeyReply:
    return NewKeyReply(key=key, **_fields(stored))


def _fields(key: StoredKey) -> dict[str, Any]:
    # Any: fields of many kinds, which the reply's own check sorts out.
    scopes = scopes_of(key.permissions)
    fields = {each.name: getattr(key, each.name) for each in dataclasses.fields(key) if each.name != "permissions"}
    return {**fields, "scopes": None if scopes is None else sorted(scopes)}
