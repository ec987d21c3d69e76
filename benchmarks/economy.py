"""What an agent's tokens buy: the labelled targets that it has before it after 500, 1,000, 2,000 and 4,000 of them.

    python -m benchmarks.economy QUERIES SOURCES [--data FOLDER] [--cache FOLDER] [--output RUN.json]
    python -m benchmarks.economy --compare BEFORE.json AFTER.json

One call of search_code with that budget, the text that the tool returns, against an agent that greps and reads
(benchmarks/grepping.py) until the same number of tokens is spent, both counted with the same vocabulary. A target
counts as shown when code of its file is in the text, as named when at least its path is.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.grepping import Seen, Way, grep, read_within, steps, words_to_grep
from benchmarks.judging import BUDGETS, is_same
from benchmarks.labels import Labelled, read_queries
from benchmarks.quality import Bench
from benchmarks.reporting import compare_runs, print_table, save_run
from benchmarks.ripgrep import find_ripgrep
from benchmarks.workspace import workspace
from models.caller import user
from models.encoder import Encoder, load_encoder
from models.errors import CodingitError
from search_api.active_encoder import ActiveEncoder
from search_api.budget import count_tokens
from search_api.mcp.arguments import SearchCode
from search_api.mcp.code_tool import answer_search_code
from search_api.mcp.desk import Desk
from search_api.mcp.memory import Memory
from search_api.settings import Settings, read_settings
from sql.database import Database

OURS = "search_code"
_HEADING = re.compile(r"^\[\d+\] (.+?):\d+-\d+(?: |$)", re.MULTILINE)
ALSO = "\n\nAlso found:\n"


def read_reply(text: str) -> Seen:
    """What a reply shows and names."""
    shown, _, named = text.partition(ALSO)
    first, second = _HEADING.findall(shown), _HEADING.findall(named)
    return Seen(tuple(first), tuple(first + second), count_tokens(text))


def recall(paths: Sequence[str], targets: Sequence[str]) -> float:
    return fmean(float(any(is_same(path, target) for path in paths)) for target in targets)


def ask_tool(desk: Desk, query: Labelled, budget: int) -> Seen:
    return read_reply(answer_search_code(desk, SearchCode(query=query.query, project=query.repo, max_tokens=budget)))


def measure(
    queries: Sequence[Labelled], sources: Path, encoder: Encoder, program: Path, *, data: Path | None = None
) -> dict[str, Any]:
    """Figures by tool and budget. Raises CodingitError."""
    with workspace(data) as place:
        bench = Bench(place, {repo: sources / repo for repo in sorted({query.repo for query in queries})}, encoder)
        print(f"indexed {bench.index()}", flush=True)
        seen: dict[tuple[str, int], list[tuple[Labelled, Seen]]] = defaultdict(list)
        with Database(place.url) as database:
            desk = Desk(
                database=database,
                encoder=ActiveEncoder(database, lambda _: encoder),
                caller=user(place.user_id),
                settings=_settings(),
                memory=Memory(),
                timed=lambda _: nullcontext(),
            )
            for query in queries:
                words = words_to_grep(query.query)
                hits = grep(program, sources / query.repo, words)
                for budget in BUDGETS:
                    seen[OURS, budget].append((query, ask_tool(desk, query, budget)))
                    for way in Way:
                        read = read_within(steps(way, sources / query.repo, hits, words), budget)
                        seen[f"grep, {way.value}", budget].append((query, read))
    return figures_of(seen)


def figures_of(seen: Mapping[tuple[str, int], Sequence[tuple[Labelled, Seen]]]) -> dict[str, Any]:
    """By tool, then by budget: recall of what was shown and of what was named, and the tokens that were spent."""
    figures: dict[str, Any] = {}
    for (tool, budget), rows in seen.items():
        figures.setdefault(tool, {})[str(budget)] = {
            "shown": fmean(recall(found.shown, query.targets) for query, found in rows),
            "named": fmean(recall(found.named, query.targets) for query, found in rows),
            "tokens": fmean(found.tokens for _, found in rows),
        }
    count = max((len(rows) for rows in seen.values()), default=0)
    return {"queries": count, "by_tool": figures}


def _settings() -> Settings:
    return read_settings(database_url=None, data_dir="/nonexistent")


def print_figures(figures: Mapping[str, Any]) -> None:
    for kind, title in (("shown", "code of the file shown"), ("named", "the file at least named")):
        print_table(
            f"recall of labelled files, {title}, within a number of tokens; {figures['queries']} queries",
            ("", *map(str, BUDGETS)),
            [
                (tool, *[by_budget[str(budget)][kind] for budget in BUDGETS])
                for tool, by_budget in figures["by_tool"].items()
            ],
        )
    print_table(
        "tokens spent, mean",
        ("", *map(str, BUDGETS)),
        [
            (tool, *[by_budget[str(budget)]["tokens"] for budget in BUDGETS])
            for tool, by_budget in figures["by_tool"].items()
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path, nargs="?")
    parser.add_argument("sources", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, help="keep the index here, and use what is there")
    parser.add_argument("--cache", type=Path, default=Path("benchmarks/results/cache"), help="where ripgrep is kept")
    parser.add_argument("--model", help="a model by name or folder; else the one that comes with the installation")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    if arguments.queries is None or arguments.sources is None:
        parser.error("QUERIES and SOURCES are needed, or --compare")
    from benchmarks.plotting import plot_economy  # matplotlib takes a second to import

    try:
        figures = measure(
            read_queries(arguments.queries),
            arguments.sources,
            load_encoder(arguments.model),
            find_ripgrep(arguments.cache),
            data=arguments.data,
        )
    except CodingitError as error:
        parser.exit(1, f"{error.detail} {error.hint}\n")
    print_figures(figures)
    plot_economy(figures["by_tool"], save_run("economy", figures, arguments.output).with_suffix(".png"))


if __name__ == "__main__":
    main()
