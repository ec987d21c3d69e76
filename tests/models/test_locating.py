"""Which model a setting names."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ModelError
from models.locating import DEFAULT_MODEL_FOLDER, DEFAULT_MODEL_NAME, LocatedModel, locate_model
from models.packaged_model import PACKAGED_MODEL_NAME, find_packaged_model


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_packaged_model_has_a_short_name_and_is_recorded_under_its_long_one(name: str) -> None:
    assert locate_model(name) == LocatedModel(PACKAGED_MODEL_NAME, find_packaged_model())


def test_a_folder_is_recorded_under_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()

    assert locate_model(str(folder)) == LocatedModel("my-model", folder)


def test_other_names_are_of_the_hub() -> None:
    assert locate_model("organisation/model") == LocatedModel("organisation/model", None)


@pytest.mark.parametrize("name", ["", " ", "/no/such/folder", "./none", "a/b/c", "name with spaces"])
def test_what_can_be_no_model_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        locate_model(name)


def test_none_is_the_projects_own_model() -> None:
    located = locate_model()

    assert located == locate_model(DEFAULT_MODEL_NAME)
    assert (located.name, located.folder) == ("codingit/code-encoder", DEFAULT_MODEL_FOLDER)
