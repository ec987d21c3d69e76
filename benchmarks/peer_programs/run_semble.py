"""semble, asked through its Python interface; run by the Python of an environment that has it.

"model" is a folder with a static model, "alpha" the share of meaning (0 is words alone, null is semble's own choice).
"""

import json
import resource
import sys
from time import perf_counter

from semble import SembleIndex  # type: ignore[import-not-found]  # not in this project's environment


def main() -> None:
    asked = json.load(sys.stdin)
    started = perf_counter()
    indexes = {
        repo: SembleIndex.from_path(folder, model_path=asked["model"]) for repo, folder in asked["folders"].items()
    }
    index_seconds = perf_counter() - started
    times, results = [], []
    for repo, query in asked["queries"]:
        started = perf_counter()
        found = indexes[repo].search(query, top_k=10, alpha=asked["alpha"])
        times.append((perf_counter() - started) * 1000)
        results.append([each.chunk.file_path for each in found])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"index_seconds": index_seconds, "query_ms": times, "results": results, "peak_mb": peak}, sys.stdout)


if __name__ == "__main__":
    main()
