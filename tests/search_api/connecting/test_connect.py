"""`codingit connect`: each agent's file as that agent reads it, changed only with consent and only in one place."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from search_api.cli.connect import connect
from search_api.cli.failing import UsageError
from search_api.connecting.agents import AGENTS, Agent, Server, Surroundings, Syntax, find_surroundings, make_server
from search_api.connecting.json_editing import UnreadableConfigError
from search_api.connecting.toml_editing import set_in_toml
from search_api.connecting.writing import Outcome, show_entry
from search_api.connecting.writing import connect as write

SERVER = Server("/bin/codingit", ("mcp", "/code/my shop"), {"CODINGIT_DATA_DIR": "/data"})
# As the agents' own manuals have an entry.
EXPECTED = {
    "claude-code": {"mcpServers": {"codingit": {"type": "stdio", "command": "C", "args": "A", "env": "E"}}},
    "claude-desktop": {"mcpServers": {"codingit-my-shop": {"command": "C", "args": "A", "env": "E"}}},
    "codex": {"mcp_servers": {"codingit-my-shop": {"command": "C", "args": "A", "env": "E"}}},
    "cursor": {"mcpServers": {"codingit": {"command": "C", "args": "A", "env": "E"}}},
    "gemini": {"mcpServers": {"codingit": {"command": "C", "args": "A", "env": "E"}}},
    "junie": {"mcpServers": {"codingit": {"command": "C", "args": "A", "env": "E"}}},
    "kiro": {"mcpServers": {"codingit": {"command": "C", "args": "A", "env": "E"}}},
    "opencode": {"mcp": {"codingit": {"type": "local", "command": "CA", "enabled": True, "environment": "E"}}},
    "roo": {"mcpServers": {"codingit": {"command": "C", "args": "A", "env": "E"}}},
    "vscode": {"servers": {"codingit": {"type": "stdio", "command": "C", "args": "A", "env": "E"}}},
    "windsurf": {"mcpServers": {"codingit-my-shop": {"command": "C", "args": "A", "env": "E"}}},
    "zed": {"context_servers": {"codingit-my-shop": {"source": "custom", "command": "C", "args": "A", "env": "E"}}},
}
MEANING = {
    "C": "/bin/codingit",
    "A": ["mcp", "/code/my shop"],
    "CA": ["/bin/codingit", "mcp", "/code/my shop"],
    "E": {"CODINGIT_DATA_DIR": "/data"},
}


def filled(node: object) -> object:
    if isinstance(node, dict):
        return {key: filled(value) for key, value in node.items()}
    return MEANING.get(node, node) if isinstance(node, str) else node


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "shop").mkdir()
    (tmp_path / "home").mkdir()
    return tmp_path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(connect, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_an_entry_is_what_the_agent_reads(agent: Agent) -> None:
    text = show_entry(agent, agent.server_name(Path("/code/my shop")), agent.entry(SERVER))

    read = tomllib.loads(text) if agent.syntax is Syntax.TOML else json.loads(text)
    assert read == filled(EXPECTED[agent.name])


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_file_is_the_directorys_own_unless_it_serves_all_directories(agent: Agent) -> None:
    at = Surroundings(Path("/code/shop"), Path("/home/ada"), Path("/home/ada/.config"), Path("/home/ada/.config"))

    assert agent.file(at).is_relative_to(at.directory if agent.of_project else at.home)


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_written_twice_it_is_written_once(home: Path, agent: Agent) -> None:
    path = agent.file(find_surroundings(home / "shop"))

    first = run(agent.name, "--dir", str(home / "shop"), "--write")
    text = path.read_text()
    second = run(agent.name, "--dir", str(home / "shop"), "--write")

    assert first == f"{path}: made.\n"
    assert second == f"{path}: unchanged: it was there.\n"
    assert path.read_text() == text
    assert str(home / "shop") in text


def test_without_consent_it_is_shown_and_nothing_is_written(home: Path) -> None:
    shown = run("cursor", "--dir", str(home / "shop"))

    assert '"mcpServers"' in shown
    assert list((home / "shop").iterdir()) == []


def test_all_agents_are_listed_with_their_files_and_the_command_for_others(home: Path) -> None:
    listed = run("--dir", str(home / "shop"))

    assert all(f"codingit connect {agent.name} " in listed for agent in AGENTS)
    assert f"mcp {home / 'shop'}" in listed.splitlines()[-1]


def test_what_else_a_file_holds_stays_and_so_do_its_mode_and_the_link_to_it(home: Path) -> None:
    kept = home / "dotfiles.toml"
    kept.write_text('# mine\nmodel = "large"\n\n[mcp_servers.other]\ncommand = "x" # theirs\n')
    kept.chmod(0o640)
    (home / "home" / ".codex").mkdir()
    (home / "home" / ".codex" / "config.toml").symlink_to(kept)

    said = run("codex", "--dir", str(home / "shop"), "--write")

    assert said.endswith("changed; all else in it is as it was.\n")
    assert kept.read_text().startswith('# mine\nmodel = "large"\n\n[mcp_servers.other]\ncommand = "x" # theirs\n')
    assert set(tomllib.loads(kept.read_text())["mcp_servers"]) == {"other", "codingit-shop"}
    assert kept.stat().st_mode & 0o777 == 0o640
    assert (home / "home" / ".codex" / "config.toml").is_symlink()
    assert sorted(os.listdir(home)) == ["dotfiles.toml", "home", "shop"]


@pytest.mark.parametrize(
    ("name", "text"), [("cursor", "{ broken"), ("codex", "a = = 1"), ("cursor", '{"mcpServers": 3}')]
)
def test_a_file_that_cannot_be_read_is_left_alone(home: Path, name: str, text: str) -> None:
    agent = next(agent for agent in AGENTS if agent.name == name)
    path = agent.file(find_surroundings(home / "shop"))
    path.parent.mkdir(parents=True)
    path.write_text(text)

    with pytest.raises(UnreadableConfigError, match="was left as it is"):
        write(agent, path, "codingit", agent.entry(SERVER))

    assert path.read_text() == text


def test_a_file_that_is_no_text_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_bytes(b"\xff\xfe{")

    with pytest.raises(UnreadableConfigError, match="no UTF-8"):
        write(AGENTS[0], tmp_path / "mcp.json", "codingit", {})


def test_an_entry_is_renewed_when_the_directory_has_moved(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    agent = next(agent for agent in AGENTS if agent.syntax is Syntax.TOML)
    write(agent, path, "codingit", agent.entry(Server("c", ("mcp", "/old"))))

    assert write(agent, path, "codingit", agent.entry(Server("c", ("mcp", "/new")))) is Outcome.CHANGED
    assert tomllib.loads(path.read_text())["mcp_servers"]["codingit"]["args"] == ["mcp", "/new"]


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableConfigError, match="no table"):
        set_in_toml("mcp_servers = 3", ("mcp_servers", "codingit"), {})


def test_the_data_directory_goes_into_the_entry_when_it_is_not_the_usual_one() -> None:
    assert make_server(Path("/code"), {"CODINGIT_DATA_DIR": "/data"}).environment == {"CODINGIT_DATA_DIR": "/data"}
    assert make_server(Path("/code"), {}).environment == {}


@pytest.mark.parametrize("arguments", [("emacs",), ("--write",)])
def test_nonsense_is_refused_with_the_names_that_are_known(home: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        run(*arguments, "--dir", str(home / "shop"))

    assert "claude-code" in refused.value.hint


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_the_page_has_the_agents_file_and_key(agent: Agent) -> None:
    page = (Path(__file__).parents[3] / "docs" / "agents.md").read_text(encoding="utf-8")
    at = Surroundings(Path("/project"), Path("/home"), Path("/home/.config"), Path("/applications"))
    path = str(agent.file(at))
    for start, shown in (("/project/", ""), ("/applications/", ""), ("/home/", "~/")):
        path = shown + path.removeprefix(start) if path.startswith(start) else path
    (row,) = re.findall(rf"^\| `{agent.name}` \| (.*) \| (.*) \|$", page, re.MULTILINE)

    assert (f"`{path}`" in row[0], row[1]) == (True, f"`{agent.key}`")
