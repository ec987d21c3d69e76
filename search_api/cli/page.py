"""`codingit page`: a link to the page of the running service that signs in who opens it, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from search_api.cli.session import find_session, open_client

if TYPE_CHECKING:
    from search_api.client import ApiClient


@click.command
def page() -> None:
    """Print a link to the search page that signs you in.

    It works once, within an hour, and only at the address that it names.

    Examples:

      codingit page
    """
    session = find_session()
    with open_client(session) as client:
        click.echo(page_link(session.url, client))


def page_link(url: str, client: ApiClient) -> str:
    """What stands behind the # stays in the browser: it is in no request, no log and no Referer."""
    return f"{url.rstrip('/')}/#code={client.create_sign_in_code().code}"
