"""A reranker scores each text for the query, whatever the texts; what scores nothing is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, PreTrainedTokenizerFast

from models.errors import ModelError
from models.packaged_model import find_packaged_model
from models.reranker import Reranker, load_reranker
from tests.models.static_folder import make_static_model

QUERY = "round the price"
TEXTS = ["def price(): return round", "user name " * 200, "", "parse \ud800 \0 file", "🙂"]


def write_cross_encoder(folder: Path, *, labels: int = 1, kind: type = BertForSequenceClassification) -> None:
    """A tiny transformer with random weights, over the words of the tests' static model."""
    torch.manual_seed(7)
    inner = make_static_model().tokenizer
    inner.add_special_tokens(["[PAD]", "[CLS]", "[SEP]"])
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library's
        tokenizer_object=inner, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    )  # fmt: skip
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, pad_token_id=tokenizer.pad_token_id, initializer_range=0.5,
    )  # fmt: skip
    config.num_labels = labels
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models") / "tiny"
    write_cross_encoder(made)
    return made


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Reranker:
    return load_reranker(str(folder))


def test_scores_are_the_models_outputs_in_the_order_of_the_texts(reranker: Reranker, folder: Path) -> None:
    scores = reranker.score(QUERY, TEXTS)

    model = BertForSequenceClassification.from_pretrained(folder)
    model.train(False)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    expected = []
    for text in TEXTS:
        readable = text.encode("utf-8", "replace").decode()
        tokens = tokenizer(QUERY, readable, return_tensors="pt", truncation=True, max_length=64)
        with torch.no_grad():
            expected.append(float(model(**tokens).logits[0, 0]))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    # The third text and the last have no token, and all others differ.
    assert len(set(scores.round(4).tolist())) == len(TEXTS) - 1


def test_no_texts_have_no_scores(reranker: Reranker) -> None:
    assert reranker.score(QUERY, []).shape == (0,)


def test_a_model_of_several_classes_is_refused(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path, labels=3)

    with pytest.raises(ModelError, match="3 classes"):
        load_reranker(str(tmp_path))


def test_models_without_a_head_that_scores_are_refused(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path / "masked", kind=BertForMaskedLM)

    for headless in (find_packaged_model(), tmp_path / "masked"):
        with pytest.raises(ModelError, match="not trained to score pairs"):
            load_reranker(str(headless))


def test_scores_that_are_not_finite_are_an_error(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path)
    model = BertForSequenceClassification.from_pretrained(tmp_path)
    with torch.no_grad():
        model.classifier.bias.fill_(float("nan"))
    model.save_pretrained(tmp_path)

    with pytest.raises(ModelError, match="not finite"):
        load_reranker(str(tmp_path)).score(QUERY, TEXTS)


@pytest.mark.parametrize("name", ["/no/such/folder", ""])
def test_a_folder_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        load_reranker(name)


def test_a_reranker_without_the_extra_says_what_to_install(folder: Path) -> None:
    code = (
        "import sys\nsys.modules['sentence_transformers'] = None\n"
        "from models.errors import ModelError\nfrom models.reranker import load_reranker\n"
        f"try:\n    load_reranker({str(folder)!r})\nexcept ModelError as error:\n    print(error.hint)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert "make install EXTRAS=models" in done.stdout
