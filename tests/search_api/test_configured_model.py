"""Every setting of the model reaches the encoder, in API and worker; the index decides which model it is."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import static_encoder
from models.encoder import BATCH_TOKENS, load_encoder
from models.errors import ModelError
from search_api import configured_model
from search_api.configured_model import load_active_encoder, load_companion, load_configured_encoder
from search_api.settings import Settings, read_settings
from sql.index import ActiveGeneration
from tests.models.static_folder import write_small_model
from tests.stubs import StubEncoder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_small_model(tmp_path / "small")
    return tmp_path / "small"


def made_with(folder: Path, *, name: str = "small", revision: str | None = None) -> ActiveGeneration:
    identity = load_encoder(str(folder)).identity
    return ActiveGeneration(1, name, revision or identity.revision, identity.dimensions, 1)


SET = {
    "model": ("CODINGIT_MODEL", "organisation/model", "organisation/model"),
    "dimensions": ("CODINGIT_MODEL_DIMENSIONS", "128", 128),
    "query_prompt": ("CODINGIT_MODEL_QUERY_PROMPT", "find: ", "find: "),
    "document_prompt": ("CODINGIT_MODEL_DOCUMENT_PROMPT", "code: ", "code: "),
    "trust_remote_code": ("CODINGIT_MODEL_TRUST_REMOTE_CODE", "true", True),
    "device": ("CODINGIT_MODEL_DEVICE", "cuda:1", "cuda:1"),
    "threads": ("CODINGIT_MODEL_THREADS", "3", 3),
    "batch_tokens": ("CODINGIT_MODEL_BATCH_TOKENS", "9000", 9000),
    "precision": ("CODINGIT_MODEL_PRECISION", "float32", "float32"),
}


def test_every_setting_of_the_model_reaches_worker_and_api(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, object]] = []

    def load(model: str | None, **options: object) -> StubEncoder:
        calls.append({"model": model, **options})
        return StubEncoder(128, name="organisation/model")

    monkeypatch.setattr(configured_model, "load_encoder", load)
    for variable, value, _ in SET.values():
        monkeypatch.setenv(variable, value)

    settings = read_settings()
    load_configured_encoder(settings)
    load_active_encoder(settings, ActiveGeneration(1, "organisation/model", "1", 128, 1))

    assert calls == [{name: expected for name, (_, _, expected) in SET.items()}] * 2
    assert {variable for variable, _, _ in SET.values()} == {
        f"CODINGIT_{field.upper()}" for field in Settings.model_fields if field.startswith("model")
    }


def test_the_default_batch_is_the_encoders() -> None:
    assert Settings().model_batch_tokens == BATCH_TOKENS


def test_an_index_made_with_a_folder_is_searched_with_that_folder(folder: Path) -> None:
    settings = Settings(model=str(folder), model_query_prompt="get ")

    encoder = load_active_encoder(settings, made_with(folder))

    plain = load_encoder(str(folder))
    assert encoder.identity == plain.identity
    assert np.array_equal(encoder.encode_queries(["name"]), plain.encode_queries(["get name"]))


def test_an_index_made_with_another_model_is_searched_with_that_one_and_without_the_new_ones_prompts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_small_model(folder.parent / "before")
    monkeypatch.chdir(folder.parent)
    settings = Settings(model=str(folder), model_document_prompt="set ")

    encoder = load_active_encoder(settings, made_with(folder, name="before"))

    assert encoder.identity.name == "before"
    assert encoder.identity.revision == load_encoder(str(folder)).identity.revision


def test_another_revision_than_the_indexs_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="made with revision older of small"):
        load_active_encoder(Settings(model=str(folder)), made_with(folder, revision="older"))


def test_a_worker_goes_on_without_the_model_of_the_index_in_use(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(model=str(folder))

    with caplog.at_level(logging.WARNING, "codingit"):
        companion = load_companion(settings, made_with(folder, name="/no/longer/there"))

    assert companion is None
    assert "not kept current" in caplog.text
    assert load_companion(settings, made_with(folder)) is not None


def test_static_models_are_read_by_the_light_loader(folder: Path) -> None:
    assert isinstance(load_configured_encoder(Settings(model=str(folder))), static_encoder.StaticEncoder)


def test_the_service_and_its_default_encoder_import_no_model_library() -> None:
    code = (
        "import sys, search_api.serving, search_api.checking, search_api.http.app\n"
        "from search_api.configured_model import load_configured_encoder\n"
        "from search_api.settings import Settings\n"
        "load_configured_encoder(Settings(model=None)).encode_queries(['one'])\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'scipy', 'sklearn'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)

    assert (done.stdout, done.stderr) == ("set()\n", "")
