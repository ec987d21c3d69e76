"""Which commands there are, in the order in which a new user meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from search_api.cli.doctor import doctor
from search_api.cli.index import index
from search_api.cli.processes import migrate, serve, worker
from search_api.cli.search import search
from search_api.cli.status import status
from search_api.cli.token import token
from search_api.cli.up import up

HELP = """Find things in your code by meaning, by words and by misspelt names.

Begin with: codingit up ~/code/shop

Then, in another shell: codingit search "where are prices rounded"

Exit codes: 0 done, 1 nothing found or a check failed, 2 called wrongly, 3 the service cannot be reached.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def codingit(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of a failure; CODINGIT_DEBUG=1 does the same.")
    ] = False,
) -> None:
    """Read what holds for every command; `main` has taken --debug out already."""


codingit.__doc__ = HELP

for command in (up, index, search, status, doctor, token, serve, worker, migrate):
    app.command()(command)
