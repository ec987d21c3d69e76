"""The command line: one door to the service, and the command that starts it."""

from __future__ import annotations

import os
import sys

from search_api.cli.failing import ExitCode, report_failure, wants_debug


def main() -> None:
    """Run a command; a failure ends with what happened and what to do, never with a traceback."""
    arguments = sys.argv[1:]
    debug = wants_debug(arguments)
    # The HTTP client's own command line would bring rich and pygments along, half of what loading the client costs.
    # This tells the import system that there is none.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    try:
        from search_api.cli.app import app

        app(args=arguments, prog_name="codingit")
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter would complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:
        sys.exit(report_failure(error, debug=debug))
