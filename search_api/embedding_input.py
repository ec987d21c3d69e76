"""What a program may ask to be embedded: a text, texts, the tokens of a text, or of several."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema

from search_api.limits import LARGEST_INT

MOST_INPUTS = 2048

_Text = Annotated[str, Field(min_length=1)]
_Tokens = Annotated[list[Annotated[int, Field(ge=0, le=LARGEST_INT)]], Field(min_length=1)]
_Described = (
    _Text
    | Annotated[list[_Text], Field(min_length=1, max_length=MOST_INPUTS)]
    | _Tokens
    | Annotated[list[_Tokens], Field(min_length=1, max_length=MOST_INPUTS)]
)


def read_inputs(value: object) -> list[str | list[int]]:
    """The inputs as a list of one kind; raises ValueError that names the one which is wrong."""
    if isinstance(value, str):
        return [_read_text(value, "it")]
    if not isinstance(value, list):
        raise ValueError("neither a text, nor a list of texts, nor tokens")
    if not value:
        raise ValueError("an empty list")
    if _is_number(value[0]):
        return [_read_tokens(value, "it")]
    if len(value) > MOST_INPUTS:
        raise ValueError(f"{len(value)} inputs, and a request may have {MOST_INPUTS}")
    if isinstance(value[0], list):
        return [_read_tokens(each, f"input {place}") for place, each in enumerate(value)]
    return [_read_text(each, f"input {place}") for place, each in enumerate(value)]


# A validator of our own: of a union of lists, pydantic tells for each text what is wrong with it as each of the four.
Inputs = Annotated[
    list[str | list[int]], BeforeValidator(read_inputs), WithJsonSchema(TypeAdapter(_Described).json_schema())
]


def _read_text(value: object, which: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{which} is no text")
    if not value:
        raise ValueError(f"{which} is empty, and nothing has no direction")
    return value


def _read_tokens(value: object, which: str) -> list[int]:
    if not isinstance(value, list) or not all(_is_number(token) for token in value):
        raise ValueError(f"{which} is no list of tokens")
    if not value:
        raise ValueError(f"{which} has no tokens")
    if not all(0 <= token <= LARGEST_INT for token in value):
        raise ValueError(f"{which} has a token that is no id")
    return [int(token) for token in value]


def _is_number(value: Any) -> bool:
    # To JSON 2.0 is the same number as 2, and true is none.
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
