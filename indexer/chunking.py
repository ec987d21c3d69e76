"""Where a file is cut: chunks that follow its definitions, in order, and together the whole text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
import tree_sitter
from numpy.typing import NDArray

from indexer.languages import HEAD_LENGTH, Language, language_of
from indexer.notebooks import cells_of_notebook
from indexer.parsing import Definition, parse_source
from models.kinds import ChunkKind

# Goes up whenever the same text would be cut or described differently: every file is indexed again then.
CHUNKER_VERSION = 1

# In non-blank characters, about thirty lines: what a reader takes in at once, and what the packaged model reads.
TARGET_SIZE = 1000
# A definition this much larger than the target is still better whole than in two.
LARGEST_SIZE = 1600
# A definition of this size stands alone, though it would fit beside its neighbour.
OWN_SIZE = 220
# A line of brackets, or `end`, goes with what it closes, even where that is as large as a chunk gets.
CLOSING_SIZE = 16
# In characters, blanks included: no chunk is longer, so that a row and a reply stay bounded.
LONGEST = 4000
# The share of a chunk from which a constant among others is what the chunk is about.
MAIN_SHARE = 0.5
PARSE_SECONDS = 5.0

_NEWLINE = re.compile(rb"\r\n|\n|\r")
_CLOSING = re.compile(rb"[\s\]})>;,.]*(?:end[\s;,.)]*)?")
_BLANK = np.zeros(256, dtype=bool)
_BLANK[[9, 10, 11, 12, 13, 32]] = True
# Bytes that continue a character, which are not counted again.
_BLANK[128:192] = True
_LEADING = ("comment", "decorator", "attribute", "annotation", "pragma", "haddock")
_SIGNATURE_LENGTH = 240
_MODIFIERS_LENGTH = 60
_ENDS_ANOTHER = re.compile(rb"[{};(]")
_DOC_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a file; lines are 1-based and inclusive, and a line ends with \\n, \\r\\n or a lone \\r.

    `symbol` is the qualified name of the chunk's main definition, or of the one that it continues; `defines` are the
    bare names of all definitions that start in it.
    """

    ordinal: int
    start_line: int
    end_line: int
    content: str
    kind: ChunkKind
    symbol: str | None
    enclosing: tuple[str, ...]
    signature: str | None
    doc: str | None
    defines: tuple[str, ...]
    # Whether the main definition starts before the chunk.
    continues: bool = False


def chunk_source(path: str, content: str, *, deadline_seconds: float = PARSE_SECONDS) -> tuple[Chunk, ...]:
    """Cut a file's text. An empty text has no chunks; no text raises.

    The contents in order are the text itself; of a notebook they are the sources of its cells, and lines are counted in
    those. No chunk is longer than LONGEST characters.
    """
    language = language_of(path, content[:HEAD_LENGTH])
    cells: list[str] | None = None
    if language is not None and language.name == "notebook":
        cells = cells_of_notebook(content)
        if cells is not None:
            content = "".join(cells)
    if not content:
        return ()
    source = content.encode("utf-8", "surrogatepass")
    text = _Source(source)
    parsed = None if language is None or cells is not None else parse_source(language, source, deadline_seconds)
    if parsed is not None:
        spans = _cut_tree(text, parsed.root, monotonic() + deadline_seconds)
        definitions = parsed.definitions
    else:
        spans = _cut_cells(text, cells) if cells is not None else [_Span(0, len(source))]
        definitions = ()
    starts = sorted({definition.start for definition in definitions})
    pieces = [piece for span in spans for piece in _cut_lines(text, span, starts)]
    return tuple(_describe(text, _merge(text, pieces, definitions), definitions, language))


def embedding_header(chunk: Chunk) -> str:
    """What is said before a chunk's text when it is encoded: the names around it, and what it continues."""
    lines = []
    if chunk.enclosing:
        lines.append(" ".join(chunk.enclosing))
    if chunk.continues and chunk.signature:
        lines.append(chunk.signature)
    if chunk.continues and chunk.doc:
        lines.append(chunk.doc)
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int


class _Source:
    """The bytes of a text with what is asked of them often."""

    def __init__(self, source: bytes) -> None:
        self.bytes = source
        raw = np.frombuffer(source, dtype=np.uint8)
        self._sizes: NDArray[np.int64] = np.concatenate(([0], np.cumsum(~_BLANK[raw])))
        continuing = (raw & 0xC0) == 0x80
        self._characters: NDArray[np.int64] = np.concatenate(([0], np.cumsum(~continuing)))
        self.line_starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]
        if len(self.line_starts) > 1 and self.line_starts[-1] == len(source):
            self.line_starts.pop()

    def size(self, start: int, end: int) -> int:
        return int(self._sizes[end] - self._sizes[start])

    def length(self, start: int, end: int) -> int:
        return int(self._characters[end] - self._characters[start])

    def fits(self, start: int, end: int, size: int) -> bool:
        return self.size(start, end) <= size and self.length(start, end) <= LONGEST

    def text(self, start: int, end: int) -> str:
        return self.bytes[start:end].decode("utf-8", "surrogatepass")

    def head(self, start: int, end: int, most: int) -> str:
        """The beginning of a span; a character that the limit cuts is left out."""
        return self.bytes[start : min(end, start + most)].decode("utf-8", "ignore")

    def closes(self, start: int, end: int) -> bool:
        return _CLOSING.fullmatch(self.bytes, start, end) is not None

    def line_of(self, position: int) -> int:
        return bisect_left(self.line_starts, position + 1)

    def line_start(self, position: int) -> int:
        return self.line_starts[self.line_of(position) - 1]

    def edge(self, position: int) -> int:
        """Where to cut before a node: at the start of its line, so that lines stay whole unless they are too long."""
        line = self.line_of(position)
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.bytes)
        return start if self.size(start, position) == 0 or self.fits(start, end, LARGEST_SIZE) else position

    def after_characters(self, start: int, count: int) -> int:
        """The position after so many characters from `start`."""
        wanted = self._characters[start] + count
        return min(len(self.bytes), int(np.searchsorted(self._characters, wanted, side="right")) - 1)


def _cut_tree(text: _Source, root: tree_sitter.Node, deadline: float) -> list[_Span]:
    """The spans of the smallest nodes that have to be apart; without recursion, for trees ten thousand levels deep.

    Past the deadline what is left stays in large spans, which are cut by lines.
    """
    spans: list[_Span] = []
    pending: list[tuple[list[tree_sitter.Node], int, int]] = [([root], 0, len(text.bytes))]
    while pending:
        nodes, start, end = pending.pop()
        if start >= end:
            continue
        largest = LARGEST_SIZE if len(nodes) == 1 else TARGET_SIZE
        if text.fits(start, end, largest) or monotonic() > deadline:
            spans.append(_Span(start, end))
            continue
        if len(nodes) == 1:
            children = nodes[0].children
            groups = _grouped(text, children)
            if not groups:
                spans.append(_Span(start, end))
                continue
        else:
            groups = [[node] for node in nodes]
        edges = [start, *(min(max(text.edge(group[0].start_byte), start), end) for group in groups[1:]), end]
        for position in range(1, len(edges)):
            edges[position] = max(edges[position], edges[position - 1])
        pending.extend(
            (group, edges[position], edges[position + 1]) for position, group in reversed(list(enumerate(groups)))
        )
    return spans


def _grouped(text: _Source, children: Sequence[tree_sitter.Node]) -> list[list[tree_sitter.Node]]:
    """Siblings that stay together: those on one line, and comments or decorators with what follows them."""
    groups: list[list[tree_sitter.Node]] = []
    for child in children:
        if groups:
            before = groups[-1][-1]
            gap = text.bytes[before.end_byte : child.start_byte]
            newlines = gap.count(b"\n") + (text.bytes[before.end_byte - 1 : before.end_byte] == b"\n")
            block = text.bytes[before.start_byte : before.start_byte + 2] == b"/*"
            leads = any(word in before.type for word in _LEADING) and newlines <= (2 if block else 1)
            if newlines == 0 or leads:
                groups[-1].append(child)
                continue
        groups.append([child])
    return groups


def _cut_lines(text: _Source, span: _Span, starts: Sequence[int]) -> list[_Span]:
    """A span in parts that fit, cut at the last blank line or definition in reach, else at a line, else in a line."""
    parts: list[_Span] = []
    start = span.start
    while not text.fits(start, span.end, LARGEST_SIZE):
        cut = _last_cut(text, start, span.end, starts)
        parts.append(_Span(start, cut))
        start = cut
    if start < span.end:
        parts.append(_Span(start, span.end))
    return parts


def _last_cut(text: _Source, start: int, end: int, starts: Sequence[int]) -> int:
    first = bisect_left(text.line_starts, start + 1)
    good = last = None
    for position in range(first, len(text.line_starts)):
        line = text.line_starts[position]
        if line >= end or not text.fits(start, line, TARGET_SIZE):
            break
        last = line
        previous = text.bytes[text.line_starts[position - 1] : line]
        at = bisect_left(starts, line)
        defines = at < len(starts) and text.line_start(starts[at]) == line
        if (not previous.strip() or defines) and text.size(start, line) > TARGET_SIZE // 3:
            good = line
    cut = good or last
    if cut is None or cut <= start:
        # One line longer than a chunk.
        return min(end, max(text.after_characters(start, min(TARGET_SIZE, LONGEST)), start + 1))
    return cut


def _cut_cells(text: _Source, cells: Iterable[str]) -> list[_Span]:
    spans, start = [], 0
    for cell in cells:
        end = start + len(cell.encode("utf-8", "surrogatepass"))
        spans.append(_Span(start, end))
        start = end
    return spans


def _merge(text: _Source, pieces: Sequence[_Span], definitions: Sequence[Definition]) -> list[_Span]:
    """Neighbours together as long as they fit; what is large enough to be asked for stands alone."""
    starts = [
        definition.start
        for definition in definitions
        if definition.kind is not ChunkKind.VARIABLE or definition.end - definition.start >= OWN_SIZE
    ]
    merged: list[_Span] = []
    for piece in pieces:
        if merged:
            last = merged[-1]
            together = text.fits(last.start, piece.end, TARGET_SIZE)
            if text.size(piece.start, piece.end) <= CLOSING_SIZE and text.closes(piece.start, piece.end):
                together = text.fits(last.start, piece.end, LARGEST_SIZE + CLOSING_SIZE)
            elif _defines(starts, last) and _defines(starts, piece):
                apart = text.size(last.start, last.end) >= OWN_SIZE or text.size(piece.start, piece.end) >= OWN_SIZE
                together = together and not apart
            if together:
                merged[-1] = _Span(last.start, piece.end)
                continue
        merged.append(piece)
    return merged


def _defines(starts: Sequence[int], span: _Span) -> bool:
    return bisect_left(starts, span.start) < bisect_left(starts, span.end)


def _describe(
    text: _Source, spans: Sequence[_Span], definitions: Sequence[Definition], language: Language | None
) -> Iterable[Chunk]:
    starts = [definition.start for definition in definitions]
    around: list[Definition] = []
    opened = 0
    for ordinal, span in enumerate(spans):
        inside = definitions[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        while opened < len(definitions) and definitions[opened].start < span.start:
            around.append(definitions[opened])
            opened += 1
        around = [definition for definition in around if definition.end > span.start]
        content = text.text(span.start, span.end)
        main = _main(inside, span)
        continued = max(around, key=lambda each: each.start, default=None)
        continues = main is None and continued is not None
        described = continued if main is None else main
        yield Chunk(
            ordinal=ordinal,
            start_line=text.line_of(span.start),
            end_line=text.line_of(span.end - 1),
            content=content,
            kind=_kind(described, language),
            symbol=None if described is None else described.symbol,
            enclosing=() if described is None else described.enclosing,
            signature=None if described is None else _signature(text, described),
            doc=None if described is None else _doc(text, described),
            defines=tuple(dict.fromkeys(definition.name for definition in inside)),
            continues=continues,
        )


def _main(inside: Sequence[Definition], span: _Span) -> Definition | None:
    """The largest definition, a constant last; of a list of constants none is more than the others."""

    def weight(definition: Definition) -> tuple[bool, int]:
        return definition.kind is not ChunkKind.VARIABLE, min(definition.end, span.end) - definition.start

    main = max(inside, key=weight, default=None)
    if main is not None and main.kind is ChunkKind.VARIABLE and len(inside) > 1:
        share = (min(main.end, span.end) - main.start) / (span.end - span.start)
        return main if share >= MAIN_SHARE else None
    return main


def _kind(definition: Definition | None, language: Language | None) -> ChunkKind:
    if definition is not None:
        return definition.kind
    return ChunkKind.TEXT if language is None or language.name in {"text", "markdown"} else ChunkKind.CODE


def _signature(text: _Source, definition: Definition) -> str | None:
    """The definition's first line, and the next ones while a bracket is open, without its body."""
    taken: list[str] = []
    start = text.line_start(definition.start)
    # `type`, `export const` and `static` stand before what the grammar calls the definition.
    if definition.start - start > _MODIFIERS_LENGTH or _ENDS_ANOTHER.search(text.bytes[start : definition.start]):
        start = definition.start
    for line in text.head(start, definition.end, 600).splitlines()[:6]:
        taken.append(line.strip())
        joined = " ".join(taken)
        if joined.count("(") <= joined.count(")"):
            break
    signature = " ".join(taken).strip()[:_SIGNATURE_LENGTH]
    return signature or None


_COMMENT = re.compile(r"^\s*(?:///?!?|##?!?|--+\|?|/?\*\*?|\(\*\*?|;+|%+|<!--)\s?(.*?)\s*(?:\*/|\*\)|-->)?\s*$")
_DOCSTRING = re.compile(r"""[:\n]\s*[rRuU]?(?:\"\"\"|''')\s*(.+?)\s*(?:\"\"\"|'''|\n|$)""")


def _doc(text: _Source, definition: Definition) -> str | None:
    """The first sentence of the comment right above the definition, or of the string right below its first line."""
    line = text.line_of(definition.start) - 1
    comments: list[str] = []
    for above in range(line - 1, max(-1, line - 30), -1):
        stripped = text.bytes[text.line_starts[above] : text.line_starts[above + 1]].decode("utf-8", "replace").strip()
        if above == line - 1 and not stripped:
            continue
        if above == line - 2 and not comments and not stripped.endswith("*/"):
            blank = not text.bytes[text.line_starts[line - 1] : text.line_starts[line]].strip()
            if blank:
                break
        if stripped.startswith(("@", "#[", "[")) and not comments:
            continue
        found = _COMMENT.match(stripped) if stripped else None
        if found is None:
            break
        comments.append(found[1].strip("*/ "))
    words = next((comment for comment in reversed(comments) if any(letter.isalpha() for letter in comment)), None)
    if words is None:
        head = text.head(definition.start, definition.end, 1500)
        found = _DOCSTRING.search(head)
        words = found[1] if found is not None and found.start() < 600 else None
    return words[:_DOC_LENGTH] if words else None
