"""The pages in docs/ name every command, every option and every exit code that there is."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from search_api.cli.app import app
from search_api.cli.failing import ExitCode
from sql.database import Connection
from tests.conftest import make_user

PAGE = (Path(__file__).parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")
CONTEXT = click.Context(app)
FOUND = {name: app.get_command(CONTEXT, name) or click.Command(name) for name in app.list_commands(CONTEXT)}
COMMANDS = sorted(FOUND)
OPTIONS = sorted(
    (name, option)
    for name, command in FOUND.items()
    for parameter in command.params
    if not getattr(parameter, "hidden", False)
    for option in parameter.opts
    if option.startswith("--") and option != "--help"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_names_the_command(command: str) -> None:
    assert f"| `codingit {command}" in PAGE


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_the_page_names_the_option_below_its_command(command: str, option: str) -> None:
    sections = [part for part in PAGE.split("\n## ") if f"`codingit {command}" in part.split("\n", 1)[0]]

    assert len(sections) == 1
    assert re.search(rf"`[^`\n]*{option}[ `]", sections[0])


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_an_example(command: str) -> None:
    page = FOUND[command].help or ""

    assert re.search(rf"Examples:\n\n +.*codingit {command}\b", page)


@pytest.mark.parametrize("code", ExitCode)
def test_the_page_names_the_exit_code(code: ExitCode) -> None:
    assert f"\n| {code.value} | " in PAGE


def test_every_page_of_the_folder_is_linked_from_the_readme() -> None:
    root = Path(__file__).parents[1]
    readme = (root / "README.md").read_text(encoding="utf-8")

    unlinked = [page.name for page in sorted((root / "docs").glob("*.md")) if f"(docs/{page.name})" not in readme]

    assert unlinked == []


def test_links_between_pages_lead_somewhere() -> None:
    root = Path(__file__).parents[1]
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]

    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_python_of_the_page_on_rows_runs(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "rows.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)

    exec(block, {"connection": connection, "user_id": make_user(connection)})

    assert capsys.readouterr().out == "Shop archived {'tags': ['web']}\n"
