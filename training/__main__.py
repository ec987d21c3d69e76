"""Makes the code encoder: `python -m training --cache DIR` runs the steps one after the other.

Packages that were fetched or collected before are left as they are; the other steps are done again.

Steps: fetch (packages into DIR), collect (pairs), arrays (vocabulary and pairs as arrays), train (the model into
`models/code_encoder/`), measure (figures beside the packaged model and BM25), ablate (what each choice is worth),
distil (what learning from the packaged model is worth), pin (write the versions and licences of what was fetched into
`training/packages.tsv`). The last three are run only by name.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import training.steps as steps
from models.encoder import load_encoder
from models.errors import CodingitError
from models.packaged_model import PACKAGED_MODEL_NAME
from models.static_format import read_static_model
from training.ablations import (
    FURTHER_RATE,
    RATE,
    Material,
    ablations,
    distillations,
    model_row,
    run_ablation,
    teacher_row,
    write_rows,
)
from training.arrays import Part, frequencies_of, learn_vocabulary, part_of, read_again
from training.distilling import TeacherRows, read_teacher_rows, sample_of, teacher_rows
from training.exporting import export_model, learned_model
from training.initial import project, token_meanings
from training.packages import PACKAGES_FILE, Use
from training.quality import by_kind, by_language
from training.rivals import bm25_scorer, encoder_scorer
from training.teaching import Recipe, model_scorer, teach
from training.vocabulary import VOCABULARY_SIZE

MODEL_FOLDER = Path(__file__).parents[1] / "models" / "code_encoder"
STEPS = ("fetch", "collect", "arrays", "train", "measure")
BY_NAME = ("pin", "ablate", "distil")
# The packaged model reads a dozen chunks a second: these languages are a few minutes.
RIVAL_LANGUAGES = ("c", "go", "java", "javascript", "python")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[*STEPS, *BY_NAME, []], help="these steps alone")
    parser.add_argument("--cache", type=Path, required=True, help="a folder outside of the project; some 10 GB")
    parser.add_argument(
        "--packages", type=Path, default=PACKAGES_FILE, help="another list: few_packages.tsv is a small one"
    )
    parser.add_argument("--measured-sources", type=Path, help="sources that search is measured on, to find copies of")
    parser.add_argument("--processes", type=int, default=2, help="how many collect at a time; each takes some memory")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY_SIZE)
    parser.add_argument("--output", type=Path, default=MODEL_FOLDER)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    run = _Run(
        arguments.cache,
        arguments.output,
        arguments.vocabulary,
        arguments.measured_sources,
        arguments.processes,
        arguments.packages,
    )
    try:
        for step in arguments.steps or STEPS:
            getattr(run, step)()
    except CodingitError as error:
        parser.exit(1, f"{error.detail}\n  {error.hint}\n")


class _Run:
    def __init__(
        self,
        cache: Path,
        output: Path,
        vocabulary: int,
        measured_sources: Path | None,
        processes: int,
        listed: Path,
    ) -> None:
        self.cache = cache
        self.output = output
        self.vocabulary = vocabulary
        self.measured_sources = measured_sources
        self.processes = processes
        self.listed = listed
        self.folder = cache / f"arrays_{vocabulary}"
        self.started = time.monotonic()

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self.started:6.0f} s  {words}", flush=True)

    def fetch(self) -> None:
        steps.fetch(self.cache, self.say, listed=self.listed)

    def collect(self) -> None:
        steps.collect(
            self.cache, self.say, measured_sources=self.measured_sources, processes=self.processes, listed=self.listed
        )

    def pin(self) -> None:
        steps.pin(self.cache, self.say)

    def arrays(self) -> None:
        self.folder.mkdir(exist_ok=True)
        collected = steps.collected_of(self.cache)
        self.say(f"{sum(len(found.pairs) for _, found in collected)} pairs of {len(collected)} packages")
        tokenizer = learn_vocabulary(collected, self.vocabulary)
        tokenizer.save(str(self.folder / "tokenizer.json"))
        self.say(f"a vocabulary of {tokenizer.get_vocab_size()} tokens")
        for use in Use:
            part = part_of(collected, use, tokenizer)
            (self.folder / f"{use}.pkl").write_bytes(pickle.dumps(part, 5))
            self.say(f"{use}: {len(part.rows)} pairs")
            if use is Use.TRAIN:
                np.save(self.folder / "frequencies.npy", frequencies_of(part, tokenizer.get_vocab_size()))
            del part
        for path in self.folder.glob("teacher_*.npz"):
            path.unlink()
        np.save(self.folder / "meanings.npy", token_meanings(tokenizer))
        self.say("initial vectors")

    def train(self) -> None:
        material = self.material()
        recipe = Recipe()
        start = project(material.meanings, material.frequencies, recipe.dimensions)
        model = teach(
            material.train, start, material.frequencies, recipe, lambda step, loss: self.say(f"{step}: loss {loss:.3f}")
        )
        export_model(model, material.tokenizer, self.output)
        self.say(f"wrote {self.output}")
        (self.folder / "model.pkl").write_bytes(pickle.dumps(model, 5))
        score = model_scorer(model, material.validate, paths=True)
        self.say(", ".join(f"{name} {one.mrr:.3f}" for name, one in by_kind(material.validate, score).items()))

    def measure(self) -> None:
        part = self.part(Use.TEST)
        tokens = Tokenizer.from_file(str(self.folder / "tokenizer.json")).get_vocab_size()
        ours, packaged = load_encoder(str(self.output)), load_encoder(PACKAGED_MODEL_NAME)
        model = pickle.loads((self.folder / "model.pkl").read_bytes())
        few = {name for name in part.languages if name in RIVAL_LANGUAGES}
        figures = {
            "ours": by_language(part, encoder_scorer(part, ours)),
            "ours, with the path": by_language(part, model_scorer(model, part, paths=True)),
            "bm25": by_language(part, bm25_scorer(part, tokens)),
            "kinds": by_kind(part, model_scorer(model, part, paths=True)),
        }
        self.say("ours and BM25")
        figures["packaged"] = by_language(part, encoder_scorer(part, packaged), only=few)
        report = {run: {name: asdict(one) for name, one in found.items()} for run, found in figures.items()}
        (self.cache / "figures.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
        for run, found in figures.items():
            self.say(f"{run}: " + ", ".join(f"{name} {one.mrr:.3f} {one.recall:.3f}" for name, one in found.items()))

    def ablate(self) -> None:
        material = self.material()
        rows: list[object] = []
        done: dict[object, object] = {}
        for ablation in ablations():
            rows.append(run_ablation(material, ablation, done))  # type: ignore[arg-type]
            write_rows(rows, self.cache / f"ablations_{self.vocabulary}.json")  # type: ignore[arg-type]
            self.say(f"{ablation.name}: {rows[-1].cells['all kinds']:.4f}")  # type: ignore[attr-defined]

    def distil(self) -> None:
        """What following the packaged model is worth, from the start and further on from the model that is there."""
        whole = self.material()
        sample = sample_of(whole.train)
        material = replace(whole, train=sample, teacher=self.teacher_rows(sample, "train"))
        static = read_static_model(self.output)
        shipped = learned_model(static)
        further = replace(
            material,
            train=read_again(material.train, static.tokenizer),
            validate=read_again(material.validate, static.tokenizer),
            shipped=shipped,
        )
        rows = [
            teacher_row(material.validate, self.teacher_rows(material.validate, "validate")),
            model_row("the model that is there", shipped, further.validate),
        ]
        for name, found, rate in (("anew", material, RATE), ("further", further, FURTHER_RATE)):
            for ablation in distillations(name, rate):
                rows.append(run_ablation(found, ablation, {}))
                write_rows(rows, self.folder / "distillations.json")
                self.say(f"{ablation.name}: {rows[-1].cells['all kinds']:.4f}")

    def teacher_rows(self, part: Part, name: str) -> TeacherRows:
        """What was read before is left as it is, as long as the arrays stay."""
        path = self.folder / f"teacher_{name}.npz"
        if not path.exists():
            teacher_rows(part, load_encoder(PACKAGED_MODEL_NAME, threads=1), self.say).save(path)
        return read_teacher_rows(path)

    def part(self, use: Use) -> Part:
        part: Part = pickle.loads((self.folder / f"{use}.pkl").read_bytes())
        return part

    def material(self) -> Material:
        return Material(
            self.part(Use.TRAIN),
            self.part(Use.VALIDATE),
            np.load(self.folder / "meanings.npy"),
            np.load(self.folder / "frequencies.npy"),
            Tokenizer.from_file(str(self.folder / "tokenizer.json")),
        )


if __name__ == "__main__":
    main()
