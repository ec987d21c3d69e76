"""What a grammar is not shown of a source: the same bytes in number and lines, without what it trips over."""

from __future__ import annotations

import re

# UTF-8 has no surrogates: a grammar would read one as three characters, and end nodes in the middle of it.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_REPLACEMENT = "\ufffd".encode()
_MACRO_LINE = re.compile(rb"^[ \t]*[A-Z][A-Z0-9_]{3,}(?:\([^()\n;]*\))?[ \t]*$", re.MULTILINE)
_WIDE = re.compile(rb"[\xc4-\xf4][\x80-\xbf]+")
_HEREDOC = re.compile(rb"<<~?[ \t]*(?:'([^'\r\n]*)'|\"([^\"\r\n]*)\"|`([^`\r\n]*)`|\\?(\w+))")
_VISIBLE = re.compile(rb"[^\r\n]")


def replace_surrogates(source: bytes) -> bytes:
    return _SURROGATE.sub(_REPLACEMENT, source)


def blank_macro_lines(source: bytes) -> bytes:
    """Without macros on lines of their own: C's grammars take `LIB_BEGIN` for the type of what follows."""
    return _MACRO_LINE.sub(_blank_match, source)


def hide_wide_characters(source: bytes) -> bytes:
    """Without what is beyond Latin-1: bash's scanner looks characters up in a table of 256, and reads past its end.

    Seen in tree-sitter-bash 0.23.3 to 0.25.1, where an emoji in an expansion could end the process.
    """
    return _WIDE.sub(lambda found: b"_" * len(found[0]), source)


def blank_heredocs(source: bytes) -> bytes:
    """Without here-documents: perl's scanner never comes back from one that nothing ends, and heeds no deadline."""
    if b"<<" not in source:
        return source
    lines = source.splitlines(keepends=True)
    last_seen = {line.strip(): number for number, line in enumerate(lines)}
    kept: list[bytes] = []
    awaited: list[bytes] = []
    for number, line in enumerate(lines):
        if awaited:
            kept.append(_VISIBLE.sub(b" ", line))
            if line.strip() == awaited[0]:
                awaited.pop(0)
            continue
        for found in _HEREDOC.finditer(line):
            word = b"".join(filter(None, found.groups()))
            # One that nothing ends would hide the rest of the file.
            if last_seen.get(word, -1) > number + len(awaited):
                awaited.append(word)
        kept.append(_HEREDOC.sub(_blank_match, line))
    return b"".join(kept)


def _blank_match(found: re.Match[bytes]) -> bytes:
    return _VISIBLE.sub(b" ", found[0])
