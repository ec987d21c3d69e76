"""What a benchmark asks, in the words of chunks that are there: names, a few words, and sentences, a third each."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from models.tokens import split_identifier
from sql.database import Connection

SAMPLE = (Path(__file__).parent / "queries" / "sample_texts.sql").read_bytes()
WORDS = 4


def make_queries(connection: Connection, model_id: int, user_id: UUID, count: int) -> list[str]:
    """So many queries, all of them different; the same for the same rows."""
    parameters = {"user_id": user_id, "model_id": model_id, "most": count * 3}
    queries: dict[str, None] = {}
    for symbol, text in connection.execute(SAMPLE, parameters).fetchall():
        queries[_query(len(queries), symbol, text)] = None
        if len(queries) == count:
            break
    return [each for each in queries if each]


def _query(number: int, symbol: str | None, text: str) -> str:
    name = (symbol or "").rsplit(".", 1)[-1]
    words = list(
        dict.fromkeys(word.lower() for word in split_identifier(name) + split_identifier(text) if len(word) > 2)
    )
    if number % 3 == 0 and name:
        return name[:60]
    if number % 3 == 1:
        return " ".join(words[:WORDS])
    return "where is the " + " ".join(words[1 : 1 + WORDS]) + " handled"
