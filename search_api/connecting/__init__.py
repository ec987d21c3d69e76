"""How the agents and editors of this machine are told of `codingit mcp`."""
