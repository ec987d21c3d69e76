"""What is asked of API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from search_api.client.asking import Ask, Nothing, One, Page, PageOf, Versioned, Whole, sent


class ApiKey(Versioned, frozen=True):
    """What is stored of a key; `scopes` is None for one that may do everything."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...] | None
    made_by: str | None
    is_active: bool
    last_used_at: datetime | None
    expires_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None


class NewApiKey(ApiKey, frozen=True):
    """A new key; `key` is the key itself, which is shown this once."""

    key: str | None


def list_api_keys(*, after: str | None = None, limit: int | None = None) -> Ask[Page[ApiKey]]:
    """Keys, the newest first, those that were revoked too."""
    return Ask("GET", "/v1/api-keys", PageOf("api_keys", ApiKey), {"after": after, "limit": limit})


def create_api_key(name: str, scopes: Sequence[str] | None, *, expires_at: datetime | None = None) -> Ask[NewApiKey]:
    """Make a key; None for `scopes` lets it do everything. Shown once, so not asked twice once it may have arrived."""
    body = {"name": name, "scopes": scopes, "expires_at": expires_at}
    return Ask("POST", "/v1/api-keys", Whole(NewApiKey), body=body, repeatable=False)


def read_api_key(key_id: str) -> Ask[ApiKey]:
    """What is stored of a key."""
    return Ask("GET", f"/v1/api-keys/{key_id}", One(ApiKey))


def change_api_key(
    key_id: str,
    *,
    name: UnsetType | str = UNSET,
    expires_at: UnsetType | datetime | None = UNSET,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[ApiKey]:
    """Change what is given; None lets the key never expire."""
    body = sent(name=name, expires_at=expires_at)
    return Ask("PATCH", f"/v1/api-keys/{key_id}", One(ApiKey), body=body).expecting(if_match)


def revoke_api_key(key_id: str) -> Ask[None]:
    """End a key and the keys that were made with it, for good."""
    return Ask("DELETE", f"/v1/api-keys/{key_id}", Nothing())
