"""Whether a query is the name of a thing in code, a path, or a sentence: the ranker weighs words and meaning by it."""

from __future__ import annotations

import re

# Words that declare a name. The first are no English, so that any name after them is one; the others open sentences
# too (`class hierarchy`), so that the name has to look like code by itself.
_DECLARATION = re.compile(r"(?:def|func|fn|struct|enum|impl)\s+(?=\S+$)")
_SPOKEN_DECLARATION = re.compile(
    r"(?:class|function|interface|trait|module|namespace|macro|method|type|const)\s+(?=\S+$)"
)
_SYMBOL = re.compile(
    r"""
    [@$#&]?
    (?P<name>
    (?: [^\W\d]\w* | ~[^\W\d]\w* )                              # a name, a destructor
    (?: (?: \. | :: | -> | \# | \\ ) [^\W\d]\w*[?!]? )*         # a.b, A::b, a->b, A#b, A\b
    [?!]?                                                      # empty? and save! of Ruby
    )
    (?: < [^<>]* > )?                                          # of a type
    (?: \( [^()]* \) )?                                        # called
    """,
    re.VERBOSE,
)
# A hump, an underscore, a digit, a qualifier, a call or a sigil; a capital that opens a word of code: Session, HTTP.
_CODE_SIGN = re.compile(r"[^\W_]_+[^\W_]|^_+\w|[a-z][A-Z]|[A-Z]{2}|\d|[.:>#\\(@$&~]|^[A-Z]\w")
# Of one letter only c, d and h after a name without a dot: main.c is a file, a.b.c an attribute.
_FILE = re.compile(
    r"""
    [^.]+ \.[chd]
    | .* \.(?: py|pyi|js|mjs|cjs|jsx|ts|mts|tsx|go|rs|java|kts?|swift|scala|cc|cpp|cxx|hh|hpp|cs|fs|rb|php|lua|exs?|erl
      | hs|ml|jl|dart|zig|nim|pl|sh|bash|sql|html?|s?css|less|json|ya?ml|toml|ini|cfg|xml|md|mdx|rst|txt|tf|hcl|proto
      | graphql|vue|svelte|gradle|cmake|ipynb|lock|env )
    | (?: make|docker|gem|rake )file
    | \.(?: git|docker|npm|eslint|prettier|codingit )ignore
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Two plain words around one slash are an alternative (read/write), not a folder.
_ALTERNATIVE = re.compile(r"[^\W\d_]+/[^\W\d_]+")
_PATH = re.compile(r"[^\s:()<>\"']+")


def looks_like_symbol(query: str) -> bool:
    """Tell whether a query is one name of code: foo_bar, FooBar, foo(), a.b.c, Foo::bar, Session, `def retry`."""
    query = query.strip()
    if len(query) > 256 or looks_like_path(query):
        return False
    if declared := _DECLARATION.match(query):
        return _SYMBOL.fullmatch(query, declared.end()) is not None
    name = _SPOKEN_DECLARATION.sub("", query)
    return _SYMBOL.fullmatch(name) is not None and _CODE_SIGN.search(name) is not None


def declared_name(query: str) -> str | None:
    """The name in one word or what looks like a symbol: foo of `def foo`, a.b of `a.b(c)`; None when there is none."""
    query = query.strip()
    if len(query) > 256:
        return None
    declared = _DECLARATION.match(query) or _SPOKEN_DECLARATION.match(query)
    found = _SYMBOL.fullmatch(query, declared.end() if declared else 0)
    return found["name"] if found else None


def looks_like_path(query: str) -> bool:
    """Tell whether a query is one path or file name: src/http/client.py, ./lib, sessions.py, C:\\code\\main.c."""
    query = query.strip()
    if len(query) > 1024:
        return False
    path = re.sub(r"^[A-Za-z]:(?=[\\/])", "", query)
    if not _PATH.fullmatch(path):
        return False
    if _FILE.fullmatch(re.split(r"[\\/]", path)[-1]):
        return True
    return "/" in path and path.strip("/") != "" and not _ALTERNATIVE.fullmatch(path)
