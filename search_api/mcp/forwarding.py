"""Calls on this machine go to the service's /mcp: in the words of an agent that sees one directory."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx

from models.errors import CodingitError
from search_api.cli.session import Session
from search_api.mcp.replies import ToolReply

# The last age of the protocol in which a call needs nothing before it.
VERSION = "2025-11-25"
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
ATTEMPTS = 3


class Sessions(Protocol):
    """Whoever knows where the service is."""

    def session(self) -> Session: ...

    def lose(self, session: Session) -> None: ...


class Forwarder:
    """One agent's calls; to the service they are one session."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        root: Path | None = None,
        project: str | None = None,
        post: Callable[..., httpx.Response] = httpx.post,
    ) -> None:
        self._sessions = sessions
        self._root = root
        self._project = project
        self._post = post
        self._name = uuid.uuid4().hex

    def call(self, tool: str, arguments: Mapping[str, object]) -> ToolReply:
        """The service's reply; when there is none, a failure that says so."""
        asked = self.localise(tool, arguments)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                session = self._sessions.session()
            except CodingitError as error:
                return ToolReply(f"{error.detail}\n{error.hint}", failed=True)
            try:
                return read_reply(self._ask(session, tool, asked))
            except httpx.TransportError as error:
                # Every tool only reads, so each may be asked again: of a service that has just been restarted.
                self._sessions.lose(session)
                if attempt == ATTEMPTS:
                    return ToolReply(
                        f"The service at {session.url} did not answer: {error or type(error).__name__}\n"
                        "Ask again in a moment; when it stays so, tell the user that 'codingit up' starts it.",
                        failed=True,
                    )
        raise AssertionError("the last attempt has returned")

    def localise(self, tool: str, arguments: Mapping[str, object]) -> dict[str, object]:
        """The directory's own project where none is named, and paths from its root where they are the machine's."""
        asked = dict(arguments)
        if self._project is not None and tool != "search_chat" and not asked.get("project"):
            asked["project"] = self._project
        path = asked.get("path")
        if self._root is not None and isinstance(path, str) and Path(path).is_relative_to(self._root):
            asked["path"] = Path(path).relative_to(self._root).as_posix()
        return asked

    def _ask(self, session: Session, tool: str, arguments: Mapping[str, object]) -> httpx.Response:
        return self._post(
            f"{session.url.rstrip('/')}/mcp",
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": tool, "arguments": dict(arguments)},
            },
            headers={
                "Authorization": f"Bearer {session.token}",
                "Accept": "application/json, text/event-stream",
                "Mcp-Session-Id": self._name,
                "Mcp-Protocol-Version": VERSION,
            },
            timeout=TIMEOUT,
            # Reading the certificates of all authorities takes longer than a search; plain http looks at none.
            verify=not session.url.startswith("http://"),
            trust_env=not session.url.startswith("http://127."),
        )


def read_reply(response: httpx.Response) -> ToolReply:
    """What the model is to read of a response, whatever that is."""
    try:
        document: Any = response.json()  # Any: whatever the address answers
    except (json.JSONDecodeError, UnicodeDecodeError):
        document = None
    match document:
        case {"result": {"content": [{"text": str(text)}, *_]} as result}:
            return ToolReply(text, failed=bool(result.get("isError")))
        case {"detail": str(detail), "hint": str(hint)}:
            return ToolReply(f"{detail}\n{hint}", failed=True)
        case {"error": {"message": str(message)}}:
            return ToolReply(f"{message}\nIs the service of the same version as this program?", failed=True)
    return ToolReply(
        f"{response.request.url} answered {response.status_code}, and not as an agents' door does.\n"
        "Tell the user to compare CODINGIT_URL with the address of the service.",
        failed=True,
    )
