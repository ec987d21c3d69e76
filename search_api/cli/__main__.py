"""So that `python -m search_api.cli` is the command."""

from search_api.cli import main

main()
