"""What the index should hold of a file: pure, from its path and text to chunks, texts to encode and lexical weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from indexer.chunking import Chunk, chunk_source, embedding_header
from indexer.languages import HEAD_LENGTH, language_of
from indexer.lexical import LexicalFields, lexical_weights, weights_by_dimension
from indexer.roles import role_of
from indexer.secrets import mask_secrets, secret_name_reason
from indexer.skipping import SkipReason, reason_to_skip
from models.tokens import split_identifier

# A prefix is enough to tell a user's own texts apart, and half the index.
HASH_BYTES = 16
LONGEST_SYMBOL = 300


@dataclass(frozen=True, slots=True)
class PreparedChunk:
    """A chunk with what is encoded of it; `text_hash` is equal exactly where the vector would be."""

    chunk: Chunk
    text: str
    text_hash: bytes
    terms: dict[str, float]
    term_ids: dict[int, float]

    @property
    def symbol(self) -> str | None:
        return self.chunk.symbol[:LONGEST_SYMBOL] if self.chunk.symbol else None


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file's chunks, or the reason why it has none."""

    language: str | None
    role: str
    chunks: tuple[PreparedChunk, ...]
    path_text: str = ""
    masked: int = 0
    skipped: SkipReason | None = None


def prepare_file(path: str, content: str) -> PreparedFile:
    """Chunk a file's text with its secrets masked. Raises nothing that depends on the text."""
    skipped = SkipReason.SECRET_FILE if secret_name_reason(path) else reason_to_skip(path, content)
    role = role_of(path)
    if skipped is not None:
        return PreparedFile(None, role.value, (), skipped=skipped)
    masked = mask_secrets(content)
    language = language_of(path, masked.text[:HEAD_LENGTH])
    chunks = chunk_source(path, masked.text)
    return PreparedFile(
        language=language.name if language else None,
        role=role.value,
        chunks=tuple(_prepare_chunk(path, chunk) for chunk in chunks),
        path_text=path_text(path),
        masked=masked.count,
    )


def _prepare_chunk(path: str, chunk: Chunk) -> PreparedChunk:
    header = embedding_header(chunk)
    text = f"{header}\n{chunk.content}" if header else chunk.content
    weights = lexical_weights(lexical_fields(path, chunk))
    return PreparedChunk(
        chunk=chunk,
        text=text,
        text_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES],
        terms=weights,
        term_ids=weights_by_dimension(weights),
    )


def path_text(path: str) -> str:
    """What is encoded of a path: the words of its last folder and of its file's name."""
    where = PurePosixPath(path)
    words = [word for part in (where.parent.name, where.stem) for word in split_identifier(part)]
    return " ".join(words) or where.name


def lexical_fields(path: str, chunk: Chunk) -> LexicalFields:
    where = PurePosixPath(path)
    return LexicalFields(
        body=chunk.content,
        symbols=" ".join([chunk.symbol or "", *chunk.defines]),
        doc=chunk.doc or "",
        file_name=where.stem,
        folders=" ".join(where.parts[-4:-1]),
    )
