"""The encoder that is shipped: it loads by default, is small, and finds code by what it does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.encoder import Encoder, load_encoder
from models.locating import DEFAULT_MODEL_FOLDER
from models.static_format import read_static_model

MEGABYTE = 1_000_000
SNIPPETS = {
    "session": "class SessionStore:\n    def load_session(self, identifier):\n        return self._cache[identifier]",
    "retry": "func Do(request *Request) error {\n\tfor attempt := 0; attempt < max; attempt++ {\n"
    "\t\ttime.Sleep(backoff(attempt))\n\t}\n}",
    "csv": "function splitRow(line, delimiter) {\n  return line.split(delimiter).map(unquote);\n}",
    "hash": "fn digest(bytes: &[u8]) -> [u8; 32] {\n    let mut hasher = Sha256::new();\n"
    "    hasher.update(bytes);\n    hasher.finalize()\n}",
    "route": "def add_route(self, path, handler, methods=None):\n    self.routes.append(Route(path, handler, methods))",
}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(None)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("where are the visitors' sessions kept", "session"),
        ("SessionStore.load_session", "session"),
        ("lod sesion", "session"),
        ("wait and try again when a request fails", "retry"),
        ("parsing of comma separated values", "csv"),
        ("compute a checksum", "hash"),
        ("how is a URL mapped to its handler", "route"),
    ],
)
def test_a_query_is_nearest_to_the_code_that_answers_it(encoder: Encoder, query: str, wanted: str) -> None:
    scores = encoder.encode_queries([query]) @ encoder.encode_documents(list(SNIPPETS.values())).T

    assert list(SNIPPETS)[int(np.argmax(scores))] == wanted


def test_it_is_small_and_its_first_half_is_usable_alone(encoder: Encoder) -> None:
    half = load_encoder(None, dimensions=encoder.identity.dimensions // 2)
    scores = half.encode_queries(["load a session"]) @ half.encode_documents(list(SNIPPETS.values())).T

    assert list(SNIPPETS)[int(np.argmax(scores))] == "session"
    assert sum(path.stat().st_size for path in DEFAULT_MODEL_FOLDER.iterdir()) < 20 * MEGABYTE


def test_every_word_of_ascii_can_be_spelt() -> None:
    tokenizer = read_static_model(DEFAULT_MODEL_FOLDER).tokenizer
    characters = "abcdefghijklmnopqrstuvwxyz0123456789"
    missing = [
        token for letter in characters for token in (letter, f"##{letter}") if tokenizer.token_to_id(token) is None
    ]

    assert missing == []


def test_its_card_says_how_it_is_made_and_under_which_licences() -> None:
    card = Path(DEFAULT_MODEL_FOLDER, "README.md").read_text("utf-8")

    assert "make encoder" in card
    assert all(word in card for word in ("## Data", "## Licences", "## Figures", "## Limits"))
