"""What each tool takes: checked as strictly as an API's request, but forgiving where models are careless.

The descriptions are read by models in every session, so each word of them costs; tests hold them to a budget.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from search_api.limits import ASKING, LONGEST_PATH, LONGEST_TITLE, STORABLE, MomentBound

# An agent reads its way through a task with a few of these; more is asked for with a cursor.
CODE_TOKENS = 1500
CHAT_TOKENS = 1000
FILE_TOKENS = 2500
LEAST_TOKENS = 200
# Clients cut what is longer than about this off, without a note how to read the rest.
MOST_TOKENS = 20_000
LONGEST_CURSOR = 100
LONGEST_SESSION = 100
MOST_CONTEXT = 3


def _none_if_empty(value: object) -> object:
    """Some models send every field, and an empty text for what they have no use for."""
    return None if isinstance(value, str) and not value.strip() else value


_OPTIONAL = BeforeValidator(_none_if_empty)
Text = Annotated[str, Field(max_length=LONGEST_PATH), STORABLE]
Project = Annotated[
    Text | None, Field(max_length=LONGEST_TITLE, description="Only this project; * for all."), _OPTIONAL
]
Cursor = Annotated[
    str | None,
    Field(max_length=LONGEST_CURSOR, description="From the end of a reply: continues it. Same query and filters."),
    _OPTIONAL,
]


def _tokens(default: int) -> Any:  # Any: what pydantic's Field returns
    return Field(default, ge=LEAST_TOKENS, le=MOST_TOKENS, description="Longest reply.")


class Arguments(BaseModel):
    """What a tool takes; an unknown field is refused, since a misspelt filter would silently find too much."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchCode(Arguments):
    query: Annotated[
        str,
        Field(
            min_length=1,
            description='A question or words ("where are prices rounded"), a name (round_price; misspelt is fine), '
            'part of a path (src/cart), an exact "phrase in quotes", or a regular expression between slashes '
            "(/def get_\\w+/).",
        ),
        ASKING,
    ]
    path: Annotated[
        Text | None, Field(description="Only this file, folder or glob: src, cart.py, **/*_test.go."), _OPTIONAL
    ] = None
    language: Annotated[Text | None, Field(description="Only this one, lower case: python, typescript."), _OPTIONAL] = (
        None
    )
    project: Project = None
    max_tokens: int = _tokens(CODE_TOKENS)
    cursor: Cursor = None
    repeat: bool = Field(False, description="Show code again that was sent before.")
    session: Annotated[
        str | None,
        Field(max_length=LONGEST_SESSION, description="Any name, the same throughout a conversation."),
        _OPTIONAL,
    ] = None


class SearchChat(Arguments):
    query: Annotated[
        str,
        Field(min_length=1, description='Words or a question; "a phrase", or, and -without narrow it.'),
        ASKING,
    ]
    role: Annotated[Literal["user", "assistant", "system"] | None, _OPTIONAL] = None
    after: Annotated[MomentBound | None, Field(description="2026-01-31T00:00:00Z"), _OPTIONAL] = None
    before: Annotated[MomentBound | None, _OPTIONAL] = None
    newest: bool = Field(False, description="Newest first, not best first.")
    context: int = Field(0, ge=0, le=MOST_CONTEXT, description="Messages before and after each.")
    max_tokens: int = _tokens(CHAT_TOKENS)
    cursor: Cursor = None


class ReadFile(Arguments):
    path: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_PATH,
            description="As search_code shows it, or an end of it that fits one file: cart.py.",
        ),
        STORABLE,
    ]
    start_line: int = Field(1, ge=1)
    end_line: int | None = Field(None, ge=1, description="Inclusive; else to the end.")
    project: Project = None
    max_tokens: int = _tokens(FILE_TOKENS)


class IndexStatus(Arguments):
    project: Project = None
