"""`codingit doctor`: whether everything that the service needs is there, and what to do about what is not."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from search_api.cli.failing import ExitCode, printable
from search_api.cli.printing import print_json


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print the checks, for programs.")
def doctor(as_json: bool) -> None:
    """Check the database, its extensions, roles and migrations, the model, the index, the API and the data folder.

    Exits with 1 when a check fails; a warning is no failure.

    Examples:

      codingit doctor

      DATABASE_URL=postgresql://... codingit doctor

      codingit doctor --json
    """
    from search_api.checking import Outcome, run_checks
    from search_api.settings import read_settings

    failed = False
    checks = []
    for check in run_checks(read_settings()):
        failed = failed or check.outcome is Outcome.FAIL
        if as_json:
            checks.append(asdict(check))
            continue
        click.echo(printable(f"{check.outcome.value:<5} {check.name}: {check.detail}"))
        if check.advice and check.outcome is not Outcome.OK:
            click.echo(printable(f"      -> {check.advice}"))
    if as_json:
        print_json({"ok": not failed, "checks": checks})
    sys.exit(ExitCode.FAILED if failed else ExitCode.OK)
