"""tantivy: BM25 over whole files with English stems, path and text as two fields; run where it is installed."""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

import tantivy  # type: ignore[import-not-found]  # not in this project's environment

LARGEST_FILE = 1_048_576


def index_folder(folder: Path) -> object:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True, tokenizer_name="raw")
    builder.add_text_field("path", tokenizer_name="en_stem")
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.stat().st_size > LARGEST_FILE:
            continue
        data = file.read_bytes()
        if b"\0" in data:
            continue
        path = file.relative_to(folder).as_posix()
        document = tantivy.Document(name=path, path=path, text=data.decode("utf-8", "replace"))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def main() -> None:
    asked = json.load(sys.stdin)
    started = perf_counter()
    indexes = {repo: index_folder(Path(folder)) for repo, folder in asked["folders"].items()}
    index_seconds = perf_counter() - started
    times, results = [], []
    for repo, query in asked["queries"]:
        started = perf_counter()
        # Any of the words, without the syntax of queries.
        words = "".join(sign if sign.isalnum() else " " for sign in query)
        searcher = indexes[repo].searcher()  # type: ignore[attr-defined]  # tantivy has no types here
        parsed = indexes[repo].parse_query(words, ["path", "text"])  # type: ignore[attr-defined]  # as above
        hits = searcher.search(parsed, 10).hits
        paths = [searcher.doc(address)["name"][0] for _, address in hits]
        times.append((perf_counter() - started) * 1000)
        results.append(paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"index_seconds": index_seconds, "query_ms": times, "results": results, "peak_mb": peak}, sys.stdout)


if __name__ == "__main__":
    main()
