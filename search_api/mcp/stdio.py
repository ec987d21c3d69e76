"""The tools over standard input and output, for an agent that starts this program itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anyio
import anyio.to_thread
from mcp.server.stdio import stdio_server

from search_api.mcp.replies import ToolReply
from search_api.mcp.server import Context, make_server


def serve_stdio(call: Callable[[str, Mapping[str, object]], ToolReply]) -> None:
    """Answer until standard input ends. Nothing but the protocol goes to standard output."""
    anyio.run(_serve, call)


async def _serve(call: Callable[[str, Mapping[str, object]], ToolReply]) -> None:
    async def answer(_: Context, name: str, arguments: Mapping[str, object]) -> ToolReply:
        # Whoever has gone waits for no answer.
        return await anyio.to_thread.run_sync(call, name, arguments, abandon_on_cancel=True)

    server = make_server(answer, always_one_session=True)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
