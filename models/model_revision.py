"""Which revision a model is: the hub's commit where there is one, else a digest of its weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from models.errors import ModelError

# 80 bits: enough that no two models anyone has made will share it, short enough to read in a table.
REVISION_LENGTH = 20
_WEIGHTS = ("*.safetensors", "*.bin", "*.pt", "*.onnx")
_FILES_OF_ANY_MODEL = ("modules.json", "config_sentence_transformers.json", "config.json")


def revision_of_folder(folder: Path) -> str:
    """Digest the weights of a model in a folder; with several files, their names count too."""
    for pattern in _WEIGHTS:
        if files := sorted(folder.rglob(pattern)):
            break
    else:
        raise ModelError(
            f"The folder {folder.name!r} holds no weights.", hint="Save a sentence-transformers model in it."
        )
    return revision_of_files(folder, files)


def revision_of_files(folder: Path, files: Sequence[Path]) -> str:
    """Digest files of a folder: the content of one, and the names and contents of several."""
    if len(files) == 1:
        return _digest_file(files[0])[:REVISION_LENGTH]
    lines = (f"{file.relative_to(folder).as_posix()} {_digest_file(file)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:REVISION_LENGTH]


def revision_of_hub_model(name: str) -> str | None:
    """Read the commit of a model from the hub's cache on this machine; None when it is not there."""
    from huggingface_hub import try_to_load_from_cache

    for repository in (name, f"sentence-transformers/{name}"):
        for file in _FILES_OF_ANY_MODEL if repository.count("/") <= 1 else ():
            cached = try_to_load_from_cache(repository, file)
            if isinstance(cached, str):
                snapshots = Path(cached).parts
                return snapshots[snapshots.index("snapshots") + 1][:REVISION_LENGTH]
    return None


def revision_with_prompt(revision: str, document_prompt: str) -> str:
    """Mark a revision by the prompt that its documents are encoded under, since that changes every row."""
    if not document_prompt:
        return revision
    return f"{revision}+{hashlib.sha256(document_prompt.encode()).hexdigest()[:8]}"


def _digest_file(file: Path) -> str:
    status = file.stat()
    return _digest_file_state(file.resolve(), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _digest_file_state(file: Path, modified_ns: int, size: int) -> str:
    """Hash a file once for each state of it: 90 MB take 0.15 s, and doctor, worker and API may all ask."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
