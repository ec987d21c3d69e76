"""Programs that answer the same queries over the same folders, each in a process of its own.

Each reads {"folders": {repo: folder}, "queries": [[repo, query], ...], ...} as JSON from standard input, and writes
{"index_seconds", "query_ms", "results", "peak_mb"}: milliseconds and the ten best paths by query, in their order.
"""
