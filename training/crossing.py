"""A cross-encoder of our own, to see what one is worth at the end of a search: no registry carries a trained one.

    python -m training.crossing --cache DIR --output FOLDER [--queries 5000]

It starts from the packaged sentence model with a head of random numbers, and learns from the collected pairs of DIR to
tell the code that a query belongs to from the nearest others of its package, by listwise softmax cross-entropy (Cao et
al., 2007). FOLDER is then a name for CODINGIT_RERANKER and for `python -m benchmarks.quality ... --reranker FOLDER`.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from torch.nn import functional

from models.encoder import Encoder, load_encoder
from models.packaged_model import find_packaged_model
from training.extracting import Pair
from training.packages import Use
from training.steps import collected_of

# The kinds whose query is a person's words or a name.
KINDS = frozenset({"doc", "question", "phrase", "name", "body", "file", "section", "class"})
WRONG = 4
# The wrong ones are drawn among so many that our encoder finds nearest.
NEAREST = 30
MAX_TOKENS = 128
QUERIES_A_STEP = 8
RATE = 1e-4
WARM_UP_SHARE = 0.1
SEED = 0
REPORT_STEPS = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A query and the texts to choose from, the right one first."""

    query: str
    texts: tuple[str, ...]


def make_choices(pairs: Sequence[Pair], encoder: Encoder, most: int, chance: random.Random) -> list[Choice]:
    """At most so many pairs of one package, each beside the nearest others of it that are not right as well."""
    asked = [pair for pair in pairs if pair.kind in KINDS]
    chance.shuffle(asked)
    asked = asked[:most]
    texts = [_text(pair) for pair in pairs]
    if not asked or len({pair.group for pair in pairs}) <= WRONG:
        return []
    vectors = encoder.encode_documents(texts)
    likeness = encoder.encode_queries([pair.query for pair in asked]) @ vectors.T
    choices = []
    for pair, row in zip(asked, likeness, strict=True):
        near: dict[int, str] = {}
        for at in np.argsort(-row)[: 4 * NEAREST]:
            if pairs[at].group != pair.group:
                near.setdefault(pairs[at].group, texts[at])
        wrong = chance.sample(list(near.values())[:NEAREST], min(WRONG, len(near)))
        if len(wrong) == WRONG:
            choices.append(Choice(pair.query, (_text(pair), *wrong)))
    return choices


def learn(choices: Sequence[Choice], folder: Path, threads: int) -> CrossEncoder:
    """One time through the choices, all of which have as many texts."""
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    model: CrossEncoder = CrossEncoder(str(folder), num_labels=1, device="cpu", max_length=MAX_TOKENS)
    network: Any = model.model
    network.train()
    steps = len(choices) // QUERIES_A_STEP
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=max(1, steps), pct_start=WARM_UP_SHARE)
    started, losses, right = time.monotonic(), 0.0, 0.0
    for step, batch in enumerate(_batches(choices), 1):
        queries = [choice.query for choice in batch for _ in choice.texts]
        texts = [text for choice in batch for text in choice.texts]
        tokens = model.tokenizer(
            queries, texts, padding=True, truncation="longest_first", max_length=MAX_TOKENS, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16):
            outputs = network(**tokens).logits
        scores = outputs.float().reshape(len(batch), -1)
        loss = functional.cross_entropy(scores, torch.zeros(len(batch), dtype=torch.long))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        schedule.step()
        losses += loss.item()
        right += (scores.argmax(1) == 0).float().mean().item()
        if step % REPORT_STEPS == 0:
            seconds = time.monotonic() - started
            print(
                f"{seconds:6.0f} s  {step} of {steps}: loss {losses / REPORT_STEPS:.3f}, "
                f"right first {right / REPORT_STEPS:.3f}",
                flush=True,
            )
            losses, right = 0.0, 0.0
    network.eval()
    return model


def _batches(choices: Sequence[Choice]) -> Iterator[Sequence[Choice]]:
    for at in range(0, len(choices) - QUERIES_A_STEP + 1, QUERIES_A_STEP):
        yield choices[at : at + QUERIES_A_STEP]


def _text(pair: Pair) -> str:
    """As the search hands a result to a reranker: the path, then the code."""
    return f"{pair.path}\n{pair.document}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="where the steps fetch and collect left pairs")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=5_000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    chance = random.Random(SEED)
    packages = [found.pairs for package, found in collected_of(arguments.cache) if package.use is Use.TRAIN]
    most = max(1, 2 * arguments.queries // max(1, len(packages)))
    encoder = load_encoder()
    choices = [choice for pairs in packages for choice in make_choices(pairs, encoder, most, chance)]
    chance.shuffle(choices)
    choices = choices[: arguments.queries]
    print(f"{len(choices)} queries of {len(packages)} packages, each with {1 + WRONG} texts", flush=True)
    folder = find_packaged_model()
    model = learn(choices, folder, arguments.threads)
    model.save_pretrained(str(arguments.output))
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()
