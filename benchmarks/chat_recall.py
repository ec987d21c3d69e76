"""How many of a query's ten nearest messages a chat search by meaning finds, beside all stored vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from uuid import UUID

import numpy as np
import psycopg
from pgvector.psycopg import register_vector

from models.caller import user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.chat_search import MOST_CANDIDATES
from sql.chat import ChatCandidateQuery, ChatFilters, ChatVector, find_chat_candidates
from sql.database import Database

NEAREST = 10
# Sums of the same products in another order differ by less.
AS_NEAR = 1e-5
VECTORS = (Path(__file__).parent / "queries" / "read_chat_vectors.sql").read_bytes()


def recall_of_meaning(url: str, user_id: UUID, questions: Sequence[str]) -> float:
    """recall@10; of messages as near as the tenth, any will do."""
    with psycopg.connect(url) as connection:
        register_vector(connection)
        rows = connection.execute(VECTORS, {"user_id": user_id}, binary=True).fetchall()
    ids = [row[0] for row in rows]
    stored = np.stack([row[1].to_numpy() for row in rows]).astype(np.float32)
    recalls = []
    with Database(url, min_size=1, max_size=1) as database:
        encoder = ActiveEncoder(database, lambda _: load_encoder())
        for question in questions:
            vector = encoder.encode_query(question, wanted=True)
            if vector.text is None or vector.model_id is None:
                raise RuntimeError("there is no model to ask by meaning with")
            asked = np.fromstring(vector.text.strip("[]"), sep=",", dtype=np.float32).astype(np.float16)
            closeness = stored @ asked.astype(np.float32)
            nearest: dict[UUID, float] = {}
            for place in np.argsort(-closeness)[: NEAREST * 20]:
                nearest.setdefault(ids[place], float(closeness[place]))
            tenth = list(nearest.values())[:NEAREST][-1]
            truth = {message for message, near in nearest.items() if near >= tenth - AS_NEAR}
            wanted = _by_meaning(ChatVector(vector.model_id, vector.text))
            with database.acting_as(user(user_id)) as connection:
                found = find_chat_candidates(connection, wanted).candidates
            best = sorted(found, key=lambda each: -each.score)[:NEAREST]
            recalls.append(len(truth & {each.id for each in best}) / min(NEAREST, len(truth)))
    return fmean(recalls)


def _by_meaning(meaning: ChatVector) -> ChatCandidateQuery:
    return ChatCandidateQuery(
        groups=(),
        literal=None,
        any_words=None,
        similar=None,
        without=None,
        widen_known=False,
        enough=1,
        filters=ChatFilters(),
        newest=False,
        most=MOST_CANDIDATES,
        meaning=meaning,
        model_id=meaning.model_id,
    )
