"""Which model a setting names: the project's own, the packaged one, one in a folder, or one of the hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.packaged_model import PACKAGED_MODEL_NAME, PACKAGED_MODEL_NAMES, find_packaged_model

DEFAULT_MODEL_NAME = "codingit/code-encoder"
DEFAULT_MODEL_FOLDER = Path(__file__).parent / "code_encoder"
_HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LocatedModel:
    """The name under which a model is recorded, and its folder unless the name is one of the hub."""

    name: str
    folder: Path | None


def locate_model(name_or_folder: str | None = None) -> LocatedModel:
    """Find a model without reading it; None is the default. Raises ModelError for what can be no model."""
    if name_or_folder is None or name_or_folder == DEFAULT_MODEL_NAME:
        return LocatedModel(DEFAULT_MODEL_NAME, DEFAULT_MODEL_FOLDER)
    if name_or_folder in PACKAGED_MODEL_NAMES:
        return LocatedModel(PACKAGED_MODEL_NAME, find_packaged_model())
    folder = Path(name_or_folder).expanduser()
    if name_or_folder.strip() and folder.is_dir():
        return LocatedModel(folder.resolve().name, folder)
    if not _HUB_NAME.fullmatch(name_or_folder):
        raise ModelError(
            f"There is no model folder {name_or_folder!r}.",
            hint="Give a folder that exists, a name such as organisation/model, or nothing for the default model.",
        )
    return LocatedModel(name_or_folder, None)
