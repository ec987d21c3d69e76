"""search_code: the search of the caller's code, its best results with their code within the budget."""

from __future__ import annotations

from collections.abc import Callable

from search_api.code_search import CodeHit, CodeQuery, CodeReply, search_code
from search_api.globs import glob_to_regex
from search_api.mcp.arguments import SearchCode
from search_api.mcp.cursors import read_cursor, write_cursor
from search_api.mcp.desk import EVERYWHERE, Desk
from search_api.mcp.packing import SENT, Packed, pack
from search_api.project_lookup import NamedProject

# Pages are cut from one list, so that a cursor finds its place again; who needs more asks more narrowly.
MOST_RESULTS = 50
# For what is said around the results: where, how fresh, how to go on.
TOKENS_AROUND = 60
# Words of a query that may be meant as a name.
LONGEST_NAME = 2


def answer_search_code(desk: Desk, asked: SearchCode) -> str:
    """The reply's text. Raises CodingitError."""
    desk.refuse_long_query(asked.query)
    project = desk.project(asked.project)
    with desk.timed("code"):
        reply = search_code(desk.database, desk.encoder, desk.caller, _query(asked, project), reranker=desk.reranker)
    question = [asked.query, asked.path, asked.language, asked.project]
    keys = [_key(hit) for hit in reply.results]
    start = 0 if asked.cursor is None else read_cursor(asked.cursor, question).position(keys)
    hits = reply.results[start:]
    session = desk.session_key(asked.session)
    packed = pack(
        hits,
        asked.max_tokens - TOKENS_AROUND,
        shorten=_shorten(project),
        sent=lambda hit: not asked.repeat and desk.memory.knows(session, hit),
        first_number=start + 1,
    )
    passed = start + packed.passed
    more = write_cursor(question, passed, keys[passed - 1]) if 0 < passed < len(keys) else None
    text = _text(reply, asked, project, packed, start, more)
    desk.memory.note(session, list(packed.shown))
    return text


def _query(asked: SearchCode, project: NamedProject | None) -> CodeQuery:
    return CodeQuery(
        query=asked.query,
        project_id=None if project is None else project.id,
        path_glob=None if asked.path is None else widen_path(asked.path, project),
        languages=None if asked.language is None else (asked.language.lower(),),
        limit=MOST_RESULTS,
    )


def widen_path(path: str, project: NamedProject | None) -> str:
    """A glob of workspace paths for what an agent calls a path: a glob, a file, a folder, or the end of one."""
    trimmed = path.strip().removeprefix("./").rstrip("/") or "**"
    absolute = trimmed.startswith("/")
    if project is not None and absolute and not trimmed.startswith(project.prefix):
        trimmed = trimmed.lstrip("/")
        absolute = False
    glob = trimmed if absolute or trimmed.startswith("**") else f"**/{trimmed}"
    if not any(sign in trimmed for sign in "*?{"):
        glob = f"{glob}{{,/**}}"
    glob_to_regex(glob)
    return glob


def _key(hit: CodeHit) -> str:
    return f"{hit.path}:{hit.start_line}"


def _shorten(project: NamedProject | None) -> Callable[[str], str]:
    return (lambda path: path) if project is None else project.shorten


def _text(
    reply: CodeReply, asked: SearchCode, project: NamedProject | None, packed: Packed, start: int, more: str | None
) -> str:
    where = "" if project is None else f" in {project.title}"
    if not reply.results:
        return "\n".join([f"Nothing found{where}.", *_freshness(reply), _advice(reply, asked)])
    if start >= len(reply.results):
        return (
            f"No more results{where}: all {len(reply.results)} have been passed. Ask more narrowly, or in other words."
        )
    # In a sentence it is no news that a word is known in another form.
    widened = _widened(reply) if len(asked.query.split()) <= LONGEST_NAME else []
    parts = [*_freshness(reply), *widened, packed.text]
    if packed.repeats:
        parts.append(f"{SENT}: in an earlier reply of this session; repeat=true shows it again.")
    if more is not None:
        parts.append(f"More: cursor={more}")
    return "\n\n".join(parts)


def _freshness(reply: CodeReply) -> list[str]:
    behind = reply.index.pending
    if behind:
        return [f"Still indexing: {behind} of {reply.index.files} files are not searchable yet; ask again for those."]
    return []


def _widened(reply: CodeReply) -> list[str]:
    lines = []
    for unknown, known in reply.widened.items():
        likest = sorted(known, key=lambda word: -known[word])[:3]
        lines.append(f"Nothing is called '{unknown}'; looked for {', '.join(likest)}.")
    return lines[:3]


def _advice(reply: CodeReply, asked: SearchCode) -> str:
    if reply.index.files == 0:
        return "No files are stored here: index_status tells which projects there are."
    filters = [name for name in ("path", "language", "project") if getattr(asked, name) not in (None, EVERYWHERE)]
    if filters:
        return f"Leave out {' and '.join(filters)}, or use other words: {reply.index.files} files are in scope."
    return f"Use other words for the same thing, or fewer: {reply.index.files} files are in scope."
