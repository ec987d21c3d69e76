"""What people wrote about a definition, and its code without those words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.parsing import Definition

# In characters: about what a chunk of the index holds.
LONGEST_CODE = 2_400
LONGEST_DOC = 1_200
SHORTEST_DOC_WORDS = 3
COMMENT_LINES = 80

_COMMENT = re.compile(r"\s*(?://[/!]*<?|##?'?!?|--+\s*[|^]?|;+|%+)\s?(.*)")
_DIRECTIVE = re.compile(
    r"\s*#\s*(?:if|ifdef|ifndef|el\w+|endif|define|undef|include|import|pragma|region|endregion|error)\b"
)
_ATTRIBUTE = re.compile(r"\s*(?:@\w|#\[|\[[A-Z]|template\s*<|@spec\b|@impl\b|[\w', ]+ ::\s|\s+(?:::|->|=>)\s)")
_BLOCK_ENDS = {"*/": ("/*",), "-}": ("{-",), "*)": ("(*",), "]]": ("--[[", "--[=["), '"""': ('"""',)}
_DOCSTRING = re.compile(r'(?:\A|[:\n])\s*[rRuUbB]?("""|\'\'\'|")(.+?)\1[ \t]*(?:\n|$)', re.DOTALL)
_STARS = re.compile(
    r"^\s*(?:/\*+[*!]?<?|\*+/|\*+(?!\w)|\(\*+|\{-\s*\|?|--\[=*\[|@(?:module|type)?doc\s*(?:~[sS])?\"\"\")\s?",
    re.MULTILINE,
)
_CLOSERS = re.compile(r"\s*(?:\*+/|-\}|\*+\)|\]=*\]|\"\"\")\s*$")
# Where prose ends and lists of parameters, examples and the like begin.
_TAG = re.compile(
    r"^\s*(?:[@\\](?!brief|summary|description|link|code|ref|c\b|p\b|short)\w+|:\w+[^:\n]*:|#+\s+\w+|```"
    r"|>>>|\.\. \w+|-{3,}|={3,}"
    r"|(?:Args?|Arguments|Params?|Parameters|Returns?|Raises|Throws|Examples?|Usage|Yields|Notes?|See also|Attributes"
    r"|References|Since|Author|Inputs?|Outputs?|Options|Keyword arguments|Warning|Todo|TODO|FIXME|Todo)\b\s*:?\s*$"
    r"|(?:Args|Arguments|Parameters|Returns|Raises|Throws|Examples?|Usage|Yields):)",
    re.MULTILINE | re.IGNORECASE,
)
_LINK = re.compile(
    r"\{@\w+\s+([^}]*)\}|\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])|:\w+:`~?([^`<]+)[^`]*`"
    r"|[@\\](?:brief|summary|description|short|c|p|ref)\b"
)
_HTML = re.compile(r"</?\w[^>\n]*>|<see cref=\"([^\"]*)\"\s*/>")
_NO_DOC = re.compile(
    r"copyright|licen[sc]e|all rights reserved|spdx|eslint|istanbul|pylint|noqa|clang-format"
    r"|frozen_string|coding[:=]|-\*-|vim:|shellcheck|nolint|@ts-|jshint|prettier-",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[^\s.][.!?])\s+(?=[A-Z`'\"(])|\n\s*\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z']+")


@dataclass(frozen=True, slots=True)
class Documented:
    """A definition's prose, empty when there is none, and its code with the prose taken out."""

    doc: str
    code: str


def documented(lines: list[str], first: int, last: int, language: str) -> Documented:
    """Of the definition on lines `first` to `last` (0-based, the last one included)."""
    body = "\n".join(lines[first : last + 1])
    if language == "python":
        head = body.find(":")
        found = _DOCSTRING.search(body, max(0, head), min(len(body), head + 4_000)) if head >= 0 else None
        if found is not None and _only_signature(body[: found.start() + 1]):
            code = f"{body[: found.start() + 1]}{body[found.end() - 1 :]}"
            return Documented(clean_doc(found[2]), code[:LONGEST_CODE])
    return Documented(clean_doc(comment_above(lines, first)), body[:LONGEST_CODE])


def _only_signature(head: str) -> bool:
    return head.count("\n") < 30 and head.rstrip().endswith(":") and head.count("(") == head.count(")")


def comment_above(lines: list[str], first: int) -> str:
    """The comment that ends right above a line; attributes and one blank line after a block may stand between."""
    position = first - 1
    while position >= 0 and _ATTRIBUTE.match(lines[position]):
        position -= 1
    if position > 0 and not lines[position].strip() and lines[position - 1].rstrip().endswith("*/"):
        position -= 1
    if position < 0:
        return ""
    above = lines[position].rstrip()
    for closing, openings in _BLOCK_ENDS.items():
        if above.endswith(closing) and not above.lstrip().startswith(("//", "#")):
            for start in range(position, max(-1, position - COMMENT_LINES), -1):
                if any(opening in lines[start] for opening in openings) and (start < position or closing != '"""'):
                    return "\n".join(lines[start : position + 1])
            return ""
    taken: list[str] = []
    while position >= 0 and len(taken) < COMMENT_LINES:
        found = _COMMENT.fullmatch(lines[position])
        if found is None or _DIRECTIVE.match(lines[position]):
            break
        taken.append(found[1])
        position -= 1
    return "\n".join(reversed(taken))


def clean_doc(raw: str) -> str:
    """The prose of a comment: without its marks, its markup and what comes after the first tag."""
    text = _CLOSERS.sub("", _STARS.sub("", raw.strip().removeprefix('"""')))
    text = _LINK.sub(lambda found: found[1] or found[2] or found[3] or "", text)
    text = _HTML.sub(lambda found: found[1] or "", text)
    found = _TAG.search(text)
    if found is not None:
        text = text[: found.start()]
    text = "\n".join(line.strip() for line in text.strip().splitlines())[:LONGEST_DOC].strip()
    if _NO_DOC.search(text) or not is_prose(text):
        return ""
    return text


def is_prose(text: str) -> bool:
    """Whether it is mostly words, in a script that the vocabulary is built for."""
    words = _WORD.findall(text)
    if len(words) < SHORTEST_DOC_WORDS:
        return False
    letters = sum(map(len, words))
    return letters > 0.55 * len("".join(text.split()))


def sentences(doc: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE_END.split(doc) if part.strip()]


def line_span(starts: list[int], definition: Definition) -> tuple[int, int]:
    """The first and the last line of a definition, from the byte offsets at which lines start."""
    from bisect import bisect_right

    return bisect_right(starts, definition.start) - 1, bisect_right(
        starts, max(definition.start, definition.end - 1)
    ) - 1
