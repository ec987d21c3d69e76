"""What changes in the index when a file's chunks are what they are now: pure, from stored and prepared chunks."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from indexer.preparing import PreparedChunk, PreparedFile
from sql.index import ChunkRow, ClaimedFile, IndexedFile, MovedChunk, StoredChunk

# What a path counts beside the text. nDCG@10 of the vectors alone over eleven repositories: text only 0.812, the path
# as the first line of the text 0.880, its vector added at 0.3, 0.5, 0.7: 0.909, 0.915, 0.906.
PATH_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file with the chunks that stay, those that go, and those that come."""

    file: ClaimedFile
    prepared: PreparedFile
    kept: tuple[tuple[StoredChunk, PreparedChunk], ...]
    gone: tuple[int, ...]
    new: tuple[PreparedChunk, ...]

    def moved_chunks(self) -> list[MovedChunk]:
        return [
            MovedChunk(
                id=stored.id,
                ordinal=prepared.chunk.ordinal,
                start_line=prepared.chunk.start_line,
                end_line=prepared.chunk.end_line,
                symbol=prepared.symbol,
                kind=prepared.chunk.kind.value,
                role=self.prepared.role,
            )
            for stored, prepared in self.kept
        ]

    def new_rows(
        self, texts: Mapping[tuple[UUID, bytes], NDArray[np.float32]], paths: Mapping[str, NDArray[np.float32]]
    ) -> list[ChunkRow]:
        """The rows to add, given the vectors of texts (by user and text hash) and of paths."""
        rows = []
        for chunk in self.new:
            text = texts[self.file.user_id, chunk.text_hash]
            placed = place_vector(text, paths[self.prepared.path_text])
            rows.append(_row(self.file, self.prepared, chunk, text, placed))
        return rows

    def outcome(self) -> IndexedFile:
        skipped = self.prepared.skipped
        return IndexedFile(
            file_id=self.file.id,
            wanted_hash=self.file.wanted_hash,
            chunks=len(self.prepared.chunks),
            masked=self.prepared.masked,
            skipped=None if skipped is None else skipped.value,
        )


def plan_file(file: ClaimedFile, prepared: PreparedFile, stored: Sequence[StoredChunk]) -> FilePlan:
    """Match stored and prepared chunks by their text, equal texts in their order.

    A stored chunk stays only under the same path and owner: the path is part of its vector and of its lexical terms.
    """
    by_text: dict[bytes, deque[StoredChunk]] = defaultdict(deque)
    place = (file.user_id, file.project_id, file.path)
    for chunk in stored:
        if (chunk.user_id, chunk.project_id, chunk.path) == place:
            by_text[chunk.text_hash].append(chunk)
    kept: list[tuple[StoredChunk, PreparedChunk]] = []
    new: list[PreparedChunk] = []
    for wanted in prepared.chunks:
        same = by_text.get(wanted.text_hash)
        if same:
            kept.append((same.popleft(), wanted))
        else:
            new.append(wanted)
    staying = {chunk.id for chunk, _ in kept}
    gone = tuple(chunk.id for chunk in stored if chunk.id not in staying)
    return FilePlan(file, prepared, tuple(kept), gone, tuple(new))


def place_vector(text: NDArray[np.float32], path: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector of a text in its place: unit norm, from the text's and the path's, both of unit norm."""
    placed = text + PATH_SHARE * path
    length = float(np.linalg.norm(placed))
    return (placed / length).astype(np.float32) if length > 1e-6 else text


def _row(
    file: ClaimedFile,
    prepared: PreparedFile,
    chunk: PreparedChunk,
    text: NDArray[np.float32],
    placed: NDArray[np.float32],
) -> ChunkRow:
    return ChunkRow(
        user_id=file.user_id,
        project_id=file.project_id,
        file_id=file.id,
        ordinal=chunk.chunk.ordinal,
        start_line=chunk.chunk.start_line,
        end_line=chunk.chunk.end_line,
        language=prepared.language,
        kind=chunk.chunk.kind.value,
        role=prepared.role,
        path=file.path,
        symbol=chunk.symbol,
        defines=chunk.chunk.defines,
        signature=chunk.chunk.signature,
        text_hash=chunk.text_hash,
        terms=chunk.terms,
        term_ids=chunk.term_ids,
        text_embedding=text,
        embedding=placed,
        content=chunk.chunk.content,
    )
