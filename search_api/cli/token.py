"""`codingit token`: makes a JWT for a user of a service whose secret this machine knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import click

from search_api.cli.failing import UsageError
from search_api.cli.session import load_session

if TYPE_CHECKING:
    from search_api.settings import Settings

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_TTL = 10 * 365 * 86400


@click.command
@click.option("--user", type=click.UUID, help="The user's id.")
@click.option("--email", help="The user's address, looked up in the database.")
@click.option("--ttl", default="1h", show_default=True, help="How long it holds: 90s, 30m, 12h, 7d.")
@click.option("--service", is_flag=True, help="A token of the service role instead.")
def token(user: UUID | None, email: str | None, ttl: str, service: bool) -> None:
    """Print a token for the API, signed with the secret of this machine or of CODINGIT_JWT_SECRET.

    Without --user and --email it is for the user of the service that runs here.

    Examples:

      codingit token

      curl -H "Authorization: Bearer $(codingit token)" http://127.0.0.1:8765/v1/index/status

      codingit token --email ada@example.org --ttl 7d
    """
    if sum((user is not None, email is not None, service)) > 1:
        raise UsageError("--user, --email and --service exclude each other.")
    lifetime = parse_ttl(ttl)
    from search_api.serving import with_secret
    from search_api.settings import read_settings

    settings = with_secret(read_settings())
    click.echo(_sign(settings, None if service else _user_id(settings, user, email), lifetime))


def parse_ttl(text: str) -> int:
    """Seconds. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd]?)", text.strip())
    seconds = int(match[1]) * SECONDS[match[2] or "s"] if match else 0
    if not 1 <= seconds <= LONGEST_TTL:
        raise UsageError(f"'{text}' is no lifetime.", hint="Write it as 90s, 30m, 12h or 7d, up to ten years.")
    return seconds


def _user_id(settings: Settings, user: UUID | None, email: str | None) -> UUID:
    if user is not None:
        return user
    if email is None:
        session = load_session(settings.data_dir)
        if session is None or not session.user_id:
            raise UsageError("No service runs here whose user the token could be for.", hint="Give --user or --email.")
        return UUID(session.user_id)
    from search_api.serving import database_url
    from sql.local_user import find_user

    with database_url(settings) as url:
        found = find_user(url, email)
    if found is None:
        raise UsageError(f"There is no user '{email}'.", hint="Give the address as it is in auth.users, or --user ID.")
    return found


def _sign(settings: Settings, user_id: UUID | None, lifetime: int) -> str:
    from models.errors import SetupError
    from search_api.auth import make_service_token, make_token

    secret = settings.jwt_secret
    if secret is None:
        raise SetupError(
            "This service takes tokens of another issuer, whose key is not here.",
            hint="Get a token from the issuer, or set CODINGIT_JWT_SECRET to the shared secret.",
        )
    audience, issuer = settings.jwt_audience, settings.jwt_issuer
    if user_id is None:
        return make_service_token(secret, audience=audience, issuer=issuer, lifetime_seconds=lifetime)
    return make_token(secret, user_id, audience=audience, issuer=issuer, lifetime_seconds=lifetime)
