"""Where a file is cut: chunks that follow its definitions, in order, and together the whole text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

import tree_sitter

from indexer.describing import doc_of, signature_of
from indexer.languages import HEAD_LENGTH, Language, language_of
from indexer.notebooks import cells_of_notebook
from indexer.parsing import Definition, Parsed, parse_source
from indexer.source_text import SourceText
from models.kinds import ChunkKind

# Goes up whenever the same text would be cut or described differently: every file is indexed again then.
CHUNKER_VERSION = 6

# In non-blank characters, about thirty lines: what a reader takes in at once, and what the packaged model reads.
TARGET_SIZE = 1000
# A definition this much larger than the target is still better whole than in two.
LARGEST_SIZE = 1600
# A definition of this size stands alone, though it would fit beside its neighbour.
OWN_SIZE = 220
# What is smaller says nothing alone: the head of a class or a heading, before its first part.
TINY_SIZE = 60
# A line of brackets, or `end`, goes with what it closes, even where that is as large as a chunk gets.
CLOSING_SIZE = 16
# In characters, blanks included: no chunk is longer, so that a row and a reply stay bounded.
LONGEST = 4000
# The share of a chunk from which a constant among others is what the chunk is about.
MAIN_SHARE = 0.5
PARSE_SECONDS = 5.0

_LEADING = ("comment", "decorator", "attribute", "annotation", "pragma", "haddock")


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
    text = SourceText(source, LONGEST)
    parsed = None if language is None or cells is not None else parse_source(language, source, deadline_seconds)
    if parsed is not None:
        definitions = parsed.definitions
        spans = _cut_tree(text, parsed, monotonic() + deadline_seconds)
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


def _cut_tree(text: SourceText, parsed: Parsed, deadline: float) -> list[_Span]:
    """The spans of the smallest nodes that have to be apart; without recursion, for trees ten thousand levels deep.

    Past the deadline what is left stays in large spans, which are cut by lines.
    """
    starts = {definition.start for definition in parsed.definitions}
    spans: list[_Span] = []
    pending: list[tuple[list[tree_sitter.Node], int, int]] = [([parsed.root], 0, len(text.bytes))]
    while pending:
        nodes, start, end = pending.pop()
        if start >= end:
            continue
        if len(nodes) > 1 and all(_leads(node) for node in nodes[:-1]):
            # Its comments and decorators go with the first part of what is too long.
            nodes = nodes[-1:]
        # A body alone is no better whole than cut: its head is lost.
        whole = len(nodes) == 1 and nodes[0].start_byte in starts
        if text.fits(start, end, LARGEST_SIZE if whole else TARGET_SIZE) or monotonic() > deadline:
            spans.append(_Span(start, end))
            continue
        groups = _grouped(text, nodes[0].children) if len(nodes) == 1 else [[node] for node in nodes]
        if not groups:
            spans.append(_Span(start, end))
            continue
        edges = [start, *(min(max(text.edge(group[0].start_byte, LARGEST_SIZE), start), end) for group in groups[1:])]
        edges.append(end)
        for position in range(1, len(edges)):
            edges[position] = max(edges[position], edges[position - 1])
        pending.extend(
            (group, edges[position], edges[position + 1]) for position, group in reversed(list(enumerate(groups)))
        )
    return spans


def _leads(node: tree_sitter.Node) -> bool:
    return any(word in node.type for word in _LEADING)


def _grouped(text: SourceText, children: Sequence[tree_sitter.Node]) -> list[list[tree_sitter.Node]]:
    """Siblings that stay together: those on one line, and comments or decorators with what follows them."""
    groups: list[list[tree_sitter.Node]] = []
    for child in children:
        if groups:
            before = groups[-1][-1]
            gap = text.bytes[before.end_byte : child.start_byte]
            newlines = gap.count(b"\n") + (text.bytes[before.end_byte - 1 : before.end_byte] == b"\n")
            block = text.bytes[before.start_byte : before.start_byte + 2] == b"/*"
            leads = _leads(before) and newlines <= (2 if block else 1)
            if newlines == 0 or leads:
                groups[-1].append(child)
                continue
        groups.append([child])
    return groups


def _cut_lines(text: SourceText, span: _Span, starts: Sequence[int]) -> list[_Span]:
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


def _last_cut(text: SourceText, start: int, end: int, starts: Sequence[int]) -> int:
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


def _cut_cells(text: SourceText, cells: Iterable[str]) -> list[_Span]:
    spans, start = [], 0
    for cell in cells:
        end = start + len(cell.encode("utf-8", "surrogatepass"))
        spans.append(_Span(start, end))
        start = end
    return spans


def _merge(text: SourceText, pieces: Sequence[_Span], definitions: Sequence[Definition]) -> list[_Span]:
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
            elif _defines(starts, last):
                # A class's first line goes with its first part, be that a member or what is said of it.
                head = text.size(last.start, last.end) < TINY_SIZE and text.fits(last.start, piece.end, LARGEST_SIZE)
                apart = text.size(last.start, last.end) >= OWN_SIZE or text.size(piece.start, piece.end) >= OWN_SIZE
                together = head or (together and not (apart and _defines(starts, piece)))
            if together:
                merged[-1] = _Span(last.start, piece.end)
                continue
        merged.append(piece)
    return merged


def _defines(starts: Sequence[int], span: _Span) -> bool:
    return bisect_left(starts, span.start) < bisect_left(starts, span.end)


def _describe(
    text: SourceText, spans: Sequence[_Span], definitions: Sequence[Definition], language: Language | None
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
            signature=None if described is None else signature_of(text, described),
            doc=None if described is None else doc_of(text, described),
            defines=tuple(dict.fromkeys(definition.name for definition in inside)),
            continues=continues,
        )


def _main(inside: Sequence[Definition], span: _Span) -> Definition | None:
    """The largest definition, a constant last; of a list of constants none is more than the others.

    What goes on after the chunk counts up to the first definition in it: of a class only the head is here.
    """
    nexts = [definition.start for definition in inside[1:]]

    def weight(position: int) -> tuple[bool, int]:
        definition = inside[position]
        end = definition.end if definition.end <= span.end else min([*nexts[position : position + 1], span.end])
        return definition.kind is not ChunkKind.VARIABLE, end - definition.start

    if not inside:
        return None
    main = inside[max(range(len(inside)), key=weight)]
    if main.kind is ChunkKind.VARIABLE and len(inside) > 1:
        share = (min(main.end, span.end) - main.start) / (span.end - span.start)
        return main if share >= MAIN_SHARE else None
    return main


def _kind(definition: Definition | None, language: Language | None) -> ChunkKind:
    if definition is not None:
        return definition.kind
    return ChunkKind.TEXT if language is None or language.name in {"text", "markdown"} else ChunkKind.CODE
