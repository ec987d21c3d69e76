"""The speed of an encoder is measured over the texts that the indexer would encode."""

from __future__ import annotations

from pathlib import Path

from benchmarks.encoding import count_tokens, measure_speed, read_texts
from tests.models.static_folder import write_small_model

SOURCE = 'def round_price(amount):\n    """Round a price."""\n    return round(amount, 2)\n'


def test_texts_are_the_chunks_and_a_sample_is_the_same_every_time(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"prices{number}.py").write_text(SOURCE.replace("2", str(number)))

    texts = read_texts(tmp_path, 10)

    assert len(texts) == 5
    assert all("def round_price" in text for text in texts)
    assert read_texts(tmp_path, 3) == read_texts(tmp_path, 3)
    assert len(read_texts(tmp_path, 3)) == 3


def test_tokens_of_a_static_model_are_those_that_it_reads(tmp_path: Path) -> None:
    model = write_small_model(tmp_path / "small")

    tokens = count_tokens(str(tmp_path / "small"), ["get user", "name " * 1000, "?"])

    assert tokens == 2 + model.max_tokens
    assert count_tokens("all-MiniLM-L6-v2", ["get user"]) is None


def test_every_figure_is_measured(tmp_path: Path) -> None:
    write_small_model(tmp_path / "small")

    speed = measure_speed(str(tmp_path / "small"), [SOURCE] * 20)

    assert speed.tokens_per_second is not None
    assert min(speed.load_seconds, speed.chunks_per_second, speed.megabytes_per_second, speed.query_p50_ms) > 0
    assert round(speed.megabytes_per_second / speed.chunks_per_second * 1e6, 6) == len(SOURCE)
