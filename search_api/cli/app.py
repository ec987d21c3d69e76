"""Which commands there are, in the order in which a new user meets them."""

from __future__ import annotations

from importlib import import_module

import click

HELP = """Find things in your code by meaning, by words and by misspelt names.

Begin with: codingit up ~/code/shop

Then, in another shell: codingit search "where are prices rounded"

Exit codes: 0 done, 1 nothing found or a check failed, 2 called wrongly, 3 the service cannot be reached.
"""

# The module that holds a command of that name; only the one that runs is imported.
COMMANDS = {
    "up": "search_api.cli.up",
    "index": "search_api.cli.index",
    "search": "search_api.cli.search",
    "connect": "search_api.cli.connect",
    "mcp": "search_api.cli.mcp",
    "import": "search_api.cli.importing",
    "status": "search_api.cli.status",
    "page": "search_api.cli.page",
    "doctor": "search_api.cli.doctor",
    "bench": "search_api.cli.bench",
    "token": "search_api.cli.token",
    "serve": "search_api.cli.processes",
    "worker": "search_api.cli.processes",
    "migrate": "search_api.cli.processes",
}


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name])
        # `import` is a word of the language.
        command = getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=Commands,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show the trace of a failure; CODINGIT_DEBUG=1 does the same.")
def app(debug: bool) -> None:
    """Read what holds for every command; `main` has taken --debug out already."""
