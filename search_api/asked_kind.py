"""Which kind of result a query asks for by its first words: `who said ...`, `the task about ...`, `the code for ...`.

Only whole openings count, which a question about code, of chats or tasks say, hardly begins with; they are taken off,
since what answers holds what comes after them.
"""

from __future__ import annotations

import re

_SPOKE = r"(?:say|said|talk|talked|speak|spoken|discuss|discussed|decide|decided)"
_ABOUT = r"(?:about|on|of|to|for|that|where|in\s+which|with|was|were|is|are)(?:\s+about)?"
_OPENINGS = {
    "chat": rf"""
        who\s+(?:said|wrote|told|mentioned) (?:\s+(?:about|that))?
        | (?:what|when|where|why)\s+(?:did|have|had)\s+\w+\s+{_SPOKE} (?:\s+(?:about|on|that))?
        | (?:(?:in\s+)?(?:the|that|a|my|our|which)|is\s+there\s+a)\s+(?:chat|conversation|discussion|talk)s? \s+{_ABOUT}
    """,
    "task": rf"""
        (?:(?:in\s+)?(?:the|that|a|my|our|which)|is\s+there\s+a)\s+tasks? (?:\s+{_ABOUT}|:)
    """,
    "code": r"""
        where\s+in\s+(?:the|my|our)\s+code (?:\s+(?:is|are|do|does))?
        | (?:the|which)\s+(?:code|function|method|class|file) (?:\s+(?:about|for|that|where|in\s+which)|:)
    """,
}
_BEGINS = {
    kind: re.compile(rf"\s*(?:(?:find|show)\s+(?:me\s+)?)?(?:{opening})\s+(?=\S)", re.VERBOSE | re.IGNORECASE)
    for kind, opening in _OPENINGS.items()
}


def read_asked_kind(query: str) -> tuple[str | None, str]:
    """The kind that a query names, and what it asks of it; None and the whole query where it names none."""
    for kind, begins in _BEGINS.items():
        if opening := begins.match(query):
            return kind, query[opening.end() :]
    return None, query
