"""The protocol's server: lists the tools, hands calls to whoever answers them, and knows nothing of either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from importlib.metadata import version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from search_api.mcp.definitions import INSTRUCTIONS, Definition, allowed_definitions
from search_api.mcp.replies import ToolReply

NAME = "codingit-search"
# Any: what a transport attaches to a request, its own.
Context = ServerRequestContext[Any, Any]
Answer = Callable[[Context, str, Mapping[str, object]], Awaitable[ToolReply]]
# The tools change with the version of the service, and the scopes of a key rarely.
LIST_TTL_MS = 300_000


def make_server(
    answer: Answer,
    scopes_of: Callable[[Context], Collection[str] | None] = lambda _: None,
    *,
    always_one_session: bool = False,
) -> Server[dict[str, Any]]:
    """A server of the tools; a connection that is one session need not be told which it is."""

    async def list_tools(context: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
        with_session = not always_one_session and context.protocol_version in MODERN_PROTOCOL_VERSIONS
        tools = [_tool(each, with_session=with_session) for each in allowed_definitions(scopes_of(context))]
        return ListToolsResult(tools=tools, ttl_ms=LIST_TTL_MS)

    async def call_tool(context: Context, call: CallToolRequestParams) -> CallToolResult:
        reply = await answer(context, call.name, call.arguments or {})
        return CallToolResult(content=[TextContent(text=reply.text)], is_error=reply.failed)

    return Server(
        NAME,
        version=version(NAME),
        title="Code and chat search",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(definition: Definition, *, with_session: bool) -> Tool:
    return Tool(
        name=definition.name,
        title=definition.title,
        description=definition.description,
        input_schema=definition.schema(with_session=with_session),
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )
