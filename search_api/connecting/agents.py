"""Which agents and editors there are: a row each, with its file and what an entry looks like there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

# A server's entry: JSON and TOML hold the same.
Entry = dict[str, object]
SERVER = "codingit"


class Syntax(StrEnum):
    """What a file is written in; JSON may have comments and commas at ends."""

    JSON = "json"
    TOML = "toml"


@dataclass(frozen=True, slots=True)
class Server:
    """How `codingit mcp` is started for a directory."""

    command: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where files are looked for."""

    directory: Path
    home: Path
    config: Path
    # Of programs with windows: differs from `config` on macOS.
    applications: Path


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent, the file that it reads, and under which key servers stand there.

    `of_project` says that the file is the directory's own; the others serve all directories, so that the server is
    named after the directory in them.
    """

    name: str
    title: str
    file: Callable[[Surroundings], Path]
    key: str
    entry: Callable[[Server], Entry]
    syntax: Syntax = Syntax.JSON
    of_project: bool = True

    def server_name(self, directory: Path) -> str:
        if self.of_project:
            return SERVER
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", directory.name).strip("-")
        return f"{SERVER}-{plain}" if plain else SERVER


def _usual(server: Server) -> Entry:
    return {"command": server.command, "args": list(server.arguments), **_environment("env", server)}


def _of_stdio(server: Server) -> Entry:
    return {"type": "stdio", **_usual(server)}


def _of_zed(server: Server) -> Entry:
    return {
        "source": "custom",
        "command": server.command,
        "args": list(server.arguments),
        "env": dict(server.environment),
    }


def _of_opencode(server: Server) -> Entry:
    command = [server.command, *server.arguments]
    return {"type": "local", "command": command, "enabled": True, **_environment("environment", server)}


def _environment(name: str, server: Server) -> Entry:
    return {name: dict(server.environment)} if server.environment else {}


AGENTS = (
    Agent("claude-code", "Claude Code", lambda at: at.directory / ".mcp.json", "mcpServers", _of_stdio),
    Agent(
        "claude-desktop",
        "Claude Desktop",
        lambda at: at.applications / "Claude" / "claude_desktop_config.json",
        "mcpServers",
        _usual,
        of_project=False,
    ),
    Agent(
        "codex",
        "Codex CLI",
        lambda at: at.home / ".codex" / "config.toml",
        "mcp_servers",
        _usual,
        Syntax.TOML,
        of_project=False,
    ),
    Agent("cursor", "Cursor", lambda at: at.directory / ".cursor" / "mcp.json", "mcpServers", _usual),
    Agent("gemini", "Gemini CLI", lambda at: at.directory / ".gemini" / "settings.json", "mcpServers", _usual),
    Agent("junie", "Junie", lambda at: at.directory / ".junie" / "mcp" / "mcp.json", "mcpServers", _usual),
    Agent("kiro", "Kiro", lambda at: at.directory / ".kiro" / "settings" / "mcp.json", "mcpServers", _usual),
    Agent("opencode", "opencode", lambda at: at.directory / "opencode.json", "mcp", _of_opencode),
    Agent("roo", "Roo Code", lambda at: at.directory / ".roo" / "mcp.json", "mcpServers", _usual),
    Agent("vscode", "VS Code", lambda at: at.directory / ".vscode" / "mcp.json", "servers", _of_stdio),
    Agent(
        "windsurf",
        "Windsurf",
        lambda at: at.home / ".codeium" / "windsurf" / "mcp_config.json",
        "mcpServers",
        _usual,
        of_project=False,
    ),
    Agent("zed", "Zed", lambda at: at.config / "zed" / "settings.json", "context_servers", _of_zed, of_project=False),
)
BY_NAME: Mapping[str, Agent] = {agent.name: agent for agent in AGENTS}


def find_surroundings(directory: Path, environment: Mapping[str, str] = os.environ) -> Surroundings:
    home = Path.home()
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    if sys.platform == "darwin":
        applications = home / "Library" / "Application Support"
    elif sys.platform == "win32":
        applications = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    else:
        applications = config
    return Surroundings(directory, home, config, applications)


def make_server(directory: Path, environment: Mapping[str, str] = os.environ) -> Server:
    """The command of this installation, which need not be on an agent's path; with the data directory if one is set."""
    beside = Path(sys.executable).parent / "codingit"
    own = (str(beside),) if beside.exists() else (sys.executable, "-m", "search_api.cli")
    named = environment.get("CODINGIT_DATA_DIR")
    kept = {"CODINGIT_DATA_DIR": str(Path(named).expanduser().absolute())} if named else {}
    return Server(own[0], (*own[1:], "mcp", str(directory)), kept)
