"""The static model gives the rows of its formula, by numpy and by sentence-transformers, for any text."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models

from models import static_tokens
from models.encoder import Encoder, load_encoder
from models.errors import ModelError
from models.static_format import StaticModel, read_static_model, write_static_model
from models.static_tokens import TokenReader
from tests.models.static_folder import make_static_model, row_by_formula, write_small_model

SHORT_MODEL = make_static_model(max_tokens=32)
CODE = "def getUserName(request):\n    return HTTPServer2.parse(request) or retry_request(request)\n"
ODD_TEXTS = [
    "",
    " \t\r\n",
    "\0\x01\x1b",
    "\ud800 name",
    "🙂 user🙂name",
    "\u00e9t\u00e9 stra\u00dfe \u65e5\u672c\u8a9e \ufdfa",
    "e\u0301 =\u0338 user\u200dname",
    "[UNK] [SEP] ##a",
    "x" * 1_000_000,
    "user name " * 100_000,
    CODE,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models") / "small"
    write_small_model(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> StaticModel:
    return read_static_model(folder)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return load_encoder(str(folder))


@pytest.fixture(scope="module")
def transformer(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(str(folder), device="cpu", trust_remote_code=True)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_rows_are_those_of_the_formula(
    encoder: Encoder, transformer: SentenceTransformer, model: StaticModel, text: str
) -> None:
    document, query = row_by_formula(model, text, query=False), row_by_formula(model, text, query=True)

    np.testing.assert_allclose(encoder.encode_documents([text])[0], document, atol=1e-6)
    np.testing.assert_allclose(encoder.encode_queries([text])[0], query, atol=1e-6)
    np.testing.assert_allclose(transformer.encode_document([text])[0], document, atol=1e-6)
    np.testing.assert_allclose(transformer.encode_query([text])[0], query, atol=1e-6)


def test_sentence_transformers_gives_the_same_rows_in_one_batch(
    encoder: Encoder, transformer: SentenceTransformer
) -> None:
    np.testing.assert_allclose(transformer.encode_document(ODD_TEXTS), encoder.encode_documents(ODD_TEXTS), atol=1e-6)
    np.testing.assert_allclose(transformer.encode_query(ODD_TEXTS), encoder.encode_queries(ODD_TEXTS), atol=1e-6)


@settings(max_examples=300, deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("aB9_ .éß日\u0301\u200d")), max_size=80))
def test_words_read_one_by_one_are_the_text_read_at_once(text: str) -> None:
    model = SHORT_MODEL

    read = TokenReader(model).count([text])

    ids = model.tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
    known = [token for token in ids if token != model.unknown_token][:32]
    found = zip(read.tokens.tolist(), read.counts.tolist(), read.first_positions.tolist(), strict=True)
    assert sorted(found) == sorted((token, known.count(token), known.index(token)) for token in set(known))


def test_a_row_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    texts = [f"{CODE} {number} " * (1 + number % 5) for number in range(600)]

    rows = encoder.encode_documents(texts)

    alone = np.vstack([encoder.encode_documents([text]) for text in texts])
    assert np.array_equal(rows, alone)


def test_threads_may_share_an_encoder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_tokens, "MAX_KNOWN_CHARACTERS", 50)
    encoder = load_encoder(str(folder))
    texts = [f"name{number} user {CODE}" for number in range(200)]
    expected = load_encoder(str(folder)).encode_documents(texts)

    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: encoder.encode_documents([text])[0], texts))

    assert np.array_equal(np.stack(rows), expected)


def test_known_words_are_forgotten_before_they_fill_the_memory(
    model: StaticModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_tokens, "MAX_KNOWN_CHARACTERS", 100)
    reader = TokenReader(model)

    for number in range(100):
        reader.count([f"word{number} " * 3])

    assert sum(map(len, reader._known)) <= 100 + len("word99")


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 48)
    assert encoder.encode_queries([]).shape == (0, 48)


def test_fewer_dimensions_are_the_first_ones_normalised_again(encoder: Encoder, folder: Path) -> None:
    short = load_encoder(str(folder), dimensions=16)

    full = encoder.encode_documents([CODE])[:, :16]
    assert short.identity.dimensions == 16
    np.testing.assert_allclose(short.encode_documents([CODE]), full / np.linalg.norm(full), atol=1e-6)


def test_prompts_are_put_before_texts_and_the_documents_one_is_known_by_its_revision(
    encoder: Encoder, folder: Path
) -> None:
    prompted = load_encoder(str(folder), query_prompt="get ", document_prompt="set ")

    assert np.array_equal(prompted.encode_queries(["name"]), encoder.encode_queries(["get name"]))
    assert np.array_equal(prompted.encode_documents(["name"]), encoder.encode_documents(["set name"]))
    assert prompted.identity.revision.startswith(f"{encoder.identity.revision}+")


def test_what_changes_rows_changes_the_revision(folder: Path, tmp_path: Path) -> None:
    revisions = {load_encoder(str(folder)).identity.revision}
    model = read_static_model(folder)
    (tmp_path / "again").mkdir()
    write_static_model(tmp_path / "again", model)
    assert {load_encoder(str(tmp_path / "again")).identity.revision} == revisions

    for number, changed in enumerate([make_static_model(seed=1), make_static_model(max_tokens=63)]):
        write_static_model(tmp_path / str(number), changed)
        revisions.add(load_encoder(str(tmp_path / str(number))).identity.revision)

    assert len(revisions) == 3


def test_saving_by_sentence_transformers_and_loading_loses_nothing(
    transformer: SentenceTransformer, encoder: Encoder, tmp_path: Path
) -> None:
    transformer.save(str(tmp_path / "saved"))

    again = SentenceTransformer(str(tmp_path / "saved"), device="cpu", trust_remote_code=True)
    light = load_encoder(str(tmp_path / "saved"))

    assert np.array_equal(light.encode_documents(ODD_TEXTS), encoder.encode_documents(ODD_TEXTS))
    assert np.array_equal(again.encode_query([CODE]), transformer.encode_query([CODE]))
    assert light.identity.revision == encoder.identity.revision


def test_a_task_decides_and_no_task_means_a_document(transformer: SentenceTransformer) -> None:
    rows = {name: transformer.encode([CODE], task=name)[0] for name in ("query", "document")}

    assert np.array_equal(rows["query"], transformer.encode_query(CODE))
    assert np.array_equal(rows["document"], transformer.encode(CODE))
    assert not np.allclose(rows["query"], rows["document"], atol=1e-3)


def test_sentence_transformers_knows_the_models_shape(transformer: SentenceTransformer) -> None:
    assert transformer.get_embedding_dimension() == 48
    assert transformer.max_seq_length == 64
    assert transformer.similarity_fn_name == "cosine"
    assert transformer.encode_query(CODE, truncate_dim=16).shape == (16,)


def test_a_folder_is_read_without_the_model_libraries(folder: Path) -> None:
    code = (
        "import sys\nfrom models.encoder import load_encoder\n"
        f"load_encoder({str(folder)!r}).encode_queries(['a name'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'scipy', 'sklearn'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def _set(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))


def _write_other_tokenizer(folder: Path) -> None:
    model = make_static_model()
    tokenizer = Tokenizer(models.WordPiece(model.tokenizer.get_vocab(), unk_token="[UNK]"))
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: _set(folder, format=2), "its format is 2"),
        (lambda folder: _set(folder, dimensions=47), "its table is int8"),
        (lambda folder: _set(folder, max_tokens=0), "0 tokens of"),
        (lambda folder: _set(folder, max_tokens=1 << 17), "131072 tokens of"),
        (lambda folder: _set(folder, max_tokens=None), "NoneType"),
        (lambda folder: _set(folder, position_decay=0), "not a falling curve"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"none"), "cannot be read"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "tokenizer.json"),
        (_write_other_tokenizer, "does not end a word"),
    ],
)
def test_a_broken_folder_is_refused_with_what_is_broken(
    tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    write_small_model(tmp_path / "broken")
    spoil(tmp_path / "broken")

    with pytest.raises(ModelError, match=says) as raised:
        load_encoder(str(tmp_path / "broken"))

    assert "Restore" in raised.value.hint


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    model = make_static_model()
    model.query_weight[3] = np.nan
    write_static_model(tmp_path, model)

    with pytest.raises(ModelError, match="query_weight"):
        load_encoder(str(tmp_path))


@settings(max_examples=300, deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("aB9_ .éß日\u0301\u200d")), max_size=80))
def test_the_tokens_of_a_text_are_read_as_that_text(text: str) -> None:
    reader = TokenReader(SHORT_MODEL)
    ids = SHORT_MODEL.tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
    known = [token for token in ids if token != SHORT_MODEL.unknown_token]

    again = SHORT_MODEL.tokenizer.encode(reader.decode(ids), add_special_tokens=False).ids

    assert again == known
    assert reader.lengths([text]) == [len(known)]


def test_tokens_that_no_text_has_are_words_all_the_same(model: StaticModel) -> None:
    reader = TokenReader(model)
    ids = model.tokenizer.get_vocab()

    assert reader.decode([ids[token] for token in ("##a", "get", "##b", "[UNK]", "name")]) == "a getb name"


def test_all_tokens_are_counted_beyond_what_is_read(encoder: Encoder) -> None:
    assert encoder.tokens.most == 64
    assert encoder.tokens.lengths(["get user " * 40, "", "get"]) == [80, 0, 1]


def test_every_file_of_a_written_model_can_be_read_by_the_same(folder: Path) -> None:
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1
