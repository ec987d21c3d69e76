"""The pictures of a quality run: nDCG@10 by category, language and repository, recall by token budget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

# Needs no screen; chosen before pyplot chooses.
matplotlib.use("agg")
from matplotlib import pyplot


def plot_quality(figures: Mapping[str, Any], path: Path) -> None:
    canvas, axes = pyplot.subplots(2, 2, figsize=(12, 9))
    for axis, name in zip(axes.flat, ("category", "language", "repo"), strict=False):
        plot_bars(axis, figures[f"by_{name}"], f"nDCG@10 by {name}, overall {figures['ndcg_at_10']:.3f}")
    lines = {"all": figures["recall_within_tokens"], **figures["recall_within_tokens_by_category"]}
    budgets = axes.flat[3]
    for name, recall in lines.items():
        points = sorted((int(budget), value) for budget, value in recall.items())
        budgets.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=3 if name == "all" else 1)
    budgets.set(xlabel="tokens", title="recall of targets within a token budget", ylim=(0, 1))
    budgets.legend()
    _save(canvas, path)


def plot_comparison(by_tool: Mapping[str, Mapping[str, float]], title: str, path: Path) -> None:
    """Bars of each tool, side by side for each category."""
    categories = sorted({category for values in by_tool.values() for category in values})
    canvas, axis = pyplot.subplots(figsize=(11, 5))
    width = 0.8 / max(1, len(by_tool))
    for position, (tool, values) in enumerate(by_tool.items()):
        places = [place + position * width for place in range(len(categories))]
        axis.bar(places, [values.get(category, 0.0) for category in categories], width, label=tool)
    axis.set_xticks([place + 0.4 - width / 2 for place in range(len(categories))], categories)
    axis.set(title=title, ylabel="nDCG@10", ylim=(0, 1))
    axis.legend(fontsize="small")
    _save(canvas, path)


def plot_economy(by_tool: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    """Recall against tokens for each tool: a line for what it shows, a dashed one for what it names."""
    canvas, axis = pyplot.subplots(figsize=(8, 5))
    for tool, by_budget in by_tool.items():
        budgets = sorted(map(int, by_budget))
        (line,) = axis.plot(budgets, [by_budget[str(budget)]["shown"] for budget in budgets], marker="o", label=tool)
        named = [by_budget[str(budget)]["named"] for budget in budgets]
        axis.plot(budgets, named, linestyle="--", color=line.get_color(), linewidth=1)
    axis.set(
        xlabel="tokens that the agent has read",
        title="labelled files of which code was shown (dashed: at least named)",
        ylim=(0, 1),
        xscale="log",
    )
    axis.set_xticks(budgets, [f"{budget:,}" for budget in budgets])
    axis.minorticks_off()
    axis.grid(visible=True, alpha=0.3)
    axis.legend()
    _save(canvas, path)


def plot_bars(axis: Any, values: Mapping[str, float], title: str) -> None:  # Any: matplotlib's axes, made at run time
    ordered = sorted(values.items(), key=lambda item: item[1])
    bars = axis.barh([name for name, _ in ordered], [value for _, value in ordered])
    axis.bar_label(bars, fmt="%.3f", padding=2)
    axis.set(title=title, xlim=(0, 1.1))


def _save(canvas: Any, path: Path) -> None:  # Any: as above
    canvas.tight_layout()
    canvas.savefig(path)
    pyplot.close(canvas)
