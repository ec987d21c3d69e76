"""The first results of pinned queries, each with its reasons, over a small workspace of many languages.

A change of the ranker, of the words or of the encoder shows here as what it does to results. When that is what was
meant, write the file anew and read the difference:

    pytest tests/search_api/test_golden.py --rewrite-figures
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.caller import user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import CodeQuery, search_code
from sql.database import Database
from tests.indexing import index_now, new_project, new_user, put_file

SAMPLES = Path(__file__).parents[1] / "indexer" / "samples"
GOLDEN = Path(__file__).parent / "golden_results.json"
SHOWN = 3
# Another processor's sums differ in the last digits.
TOLERANCE = 0.02
QUERIES = (
    "Scheduler",
    "Store.size",
    "find_by_id",
    "Schedulr",
    "transfr",
    "schema.sql",
    "area of a shape",
    "how are jobs scheduled and run",
    "where are tokens transferred between accounts",
    "http server that answers requests",
    "colours of the page",
    "infrastructure of the cloud",
    "build and deploy the container image",
)


@pytest.mark.acceptance
@pytest.mark.timeout(600)
def test_the_first_results_are_what_they_were(url: str, request: pytest.FixtureRequest) -> None:
    found = _answers(url)

    if request.config.getoption("--rewrite-figures"):
        GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    pinned = json.loads(GOLDEN.read_text())
    assert {query: _places(results) for query, results in found.items()} == {
        query: _places(results) for query, results in pinned.items()
    }
    for query, results in pinned.items():
        for now, then in zip(found[query], results, strict=True):
            assert now["because"] == pytest.approx(then["because"], abs=TOLERANCE), f"{query}: {now['place']}"


def _answers(url: str) -> dict[str, list[dict[str, Any]]]:
    user_id, encoder = new_user(url), load_encoder()
    project_id = new_project(url, user_id, "samples")
    for sample in sorted(SAMPLES.iterdir()):
        put_file(url, user_id, f"/samples/{sample.name}", sample.read_text(), project_id)
    index_now(url, encoder)
    with Database(url, max_size=2) as database:
        active = ActiveEncoder(database, lambda _: encoder)
        return {
            query: [
                {
                    "place": f"{hit.path}:{hit.start_line}-{hit.end_line}",
                    "symbol": hit.symbol,
                    "because": {name: round(value, 2) for name, value in (hit.scores or {}).items()},
                }
                for hit in search_code(
                    database, active, user(user_id), CodeQuery(query, limit=SHOWN, explain=True)
                ).results
            ]
            for query in QUERIES
        }


def _places(results: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(result["place"], result["symbol"]) for result in results]
