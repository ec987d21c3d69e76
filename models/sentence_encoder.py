"""How a sentence-transformers model is run: prompts, batches, precision, and what becomes of odd texts and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers import PreTrainedTokenizerBase

from models.batches import batch_by_tokens
from models.errors import ModelError
from models.model_identity import ModelIdentity, Precision, settle_dimensions
from models.model_loading import open_model
from models.model_revision import revision_of_folder, revision_of_hub_model, revision_with_prompt
from models.odd_input import CHARACTERS_A_TOKEN, make_readable, normalise_rows
from models.turns import Turns

_QUERY_PROMPTS = ("query",)
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
# Texts tokenised at once: it bounds the memory of token lists, and lengths within a window are alike enough.
_WINDOW = 512
_UNLIMITED_TOKENS = 8192
# bfloat16 gave at least 0.99996 on 160 chunks of code; a model that falls below this does not bear it.
_MIN_AGREEMENT = 0.999
_PROBE = "def retry(request, attempts=3): return send(request) or retry(request, attempts - 1)"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What load_encoder was asked for, checked and located."""

    name: str
    folder: Path | None
    dimensions: int | None
    device: str
    threads: int | None
    query_prompt: str | None
    document_prompt: str | None
    batch_tokens: int
    precision: Precision
    trust_remote_code: bool


def load_sentence_encoder(options: LoadOptions) -> SentenceEncoder:
    """Open the model, see by a probe what it gives, and settle dimensions, precision and identity."""
    if options.threads is not None:
        torch.set_num_threads(max(1, options.threads))
    model = open_model(options.name, options.folder, options.device, trust_remote_code=options.trust_remote_code)
    query_prompt = _choose_prompt(options.query_prompt, model.prompts, _QUERY_PROMPTS)
    document_prompt = _choose_prompt(options.document_prompt, model.prompts, _DOCUMENT_PROMPTS)
    half = use_bfloat16(model, options.precision)
    dimensions = settle_dimensions(options.name, options.dimensions, _probe(model, half=half).shape[0])
    revision = revision_of_folder(options.folder) if options.folder else revision_of_hub_model(options.name)
    if revision is None:
        raise ModelError(
            f"The revision of {options.name!r} is not known.",
            hint="Download the model into a folder and give the folder.",
        )
    identity = ModelIdentity(options.name, revision_with_prompt(revision, document_prompt), dimensions)
    return SentenceEncoder(model, identity, query_prompt, document_prompt, options.batch_tokens, half=half)


class SentenceEncoder:
    """An Encoder around a sentence-transformers model."""

    def __init__(
        self,
        model: SentenceTransformer,
        identity: ModelIdentity,
        query_prompt: str,
        document_prompt: str,
        batch_tokens: int,
        *,
        half: bool,
    ) -> None:
        self._model = model
        self._identity = identity
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        self._batch_tokens = batch_tokens
        self._half = half
        limit = model.max_seq_length
        self._max_tokens = limit if limit is not None and limit < 10**6 else _UNLIMITED_TOKENS
        # A tokeniser of the Rust library refuses to be used by two threads at once.
        self._turns = Turns()

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def tokens(self) -> SentenceTokens:
        return SentenceTokens(self._model.tokenizer, self._max_tokens, self._turns)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched, under the model's document prompt."""
        return self._encode(texts, self._model.encode_document, self._document_prompt, urgent=False)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is asked, under the model's query prompt."""
        return self._encode(texts, self._model.encode_query, self._query_prompt, urgent=len(texts) == 1)

    def _encode(
        self, texts: Sequence[str], encode: Callable[..., torch.Tensor], prompt: str, *, urgent: bool
    ) -> NDArray[np.float32]:
        """A turn for each forward pass: a search waits for one of them at most, not for all the texts of another."""
        rows = np.empty((len(texts), self._identity.dimensions), dtype=np.float32)
        readable = [make_readable(text, self._max_tokens * CHARACTERS_A_TOKEN) for text in texts]
        for batch in self._batches(readable, prompt, urgent=urgent):
            chosen = [readable[index] for index in batch]
            with (
                self._turns.taken(urgent=urgent),
                torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._half),
            ):
                vectors = encode(
                    chosen, prompt=prompt, batch_size=len(batch), show_progress_bar=False, convert_to_tensor=True
                )
                rows[batch] = vectors.float().cpu().numpy()[:, : self._identity.dimensions]
        return normalise_rows(rows)

    def _batches(self, texts: list[str], prompt: str, *, urgent: bool) -> Iterator[list[int]]:
        for start in range(0, len(texts), _WINDOW):
            # A text alone is not counted: it would wait for a second turn.
            with nullcontext() if len(texts) == 1 else self._turns.taken(urgent=urgent):
                lengths = self._count_tokens([prompt + text for text in texts[start : start + _WINDOW]])
            for batch in batch_by_tokens(lengths, self._batch_tokens):
                yield [start + index for index in batch]

    def _count_tokens(self, texts: list[str]) -> list[int]:
        tokenizer = self._model.tokenizer
        # A model without attention pads nothing, and counting would take half as long as encoding.
        if len(texts) == 1 or not isinstance(tokenizer, PreTrainedTokenizerBase):
            return [min(self._max_tokens, len(text.encode()) + 2) for text in texts]
        tokenised = tokenizer(
            texts, truncation=True, max_length=self._max_tokens, padding=False, return_attention_mask=False
        )
        return [len(tokens) for tokens in tokenised["input_ids"]]


class SentenceTokens:
    """The tokens of a sentence-transformers model; a text's special tokens count, as the model reads them too."""

    # Any: what a model calls its tokeniser is of one of several libraries.
    def __init__(self, tokenizer: Any, most: int, turns: Turns) -> None:
        self._tokenizer = tokenizer
        self._most = most
        self._turns = turns

    @property
    def most(self) -> int:
        return self._most

    @property
    def vocabulary(self) -> int:
        if isinstance(self._tokenizer, PreTrainedTokenizerBase):
            return len(self._tokenizer)
        return int(self._tokenizer.get_vocab_size())

    def lengths(self, texts: Sequence[str]) -> list[int]:
        windows = (texts[start : start + _WINDOW] for start in range(0, len(texts), _WINDOW))
        return [length for window in windows for length in self._lengths(window)]

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        readable = [make_readable(text, len(text)) for text in texts]
        with self._turns.taken(urgent=False):
            if isinstance(self._tokenizer, PreTrainedTokenizerBase):
                # verbose: it would warn of each text that is longer than the model reads.
                read = self._tokenizer(readable, truncation=False, return_attention_mask=False, verbose=False)
                return [len(tokens) for tokens in read["input_ids"]]
            return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(readable)]

    def decode(self, ids: Sequence[int]) -> str:
        with self._turns.taken(urgent=False):
            return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))


def use_bfloat16(model: SentenceTransformer, precision: Precision) -> bool:
    """Turn the linear layers to bfloat16 where that pays and the probe's row stays the same; tell whether it did.

    On a CPU that computes in bfloat16 this is 1.75 times as fast. Only the weights of linear layers change: with all
    of the model in bfloat16 the agreement fell to 0.998, with int8 weights to 0.84.
    """
    wanted = precision is Precision.BFLOAT16 or (precision is Precision.AUTO and _computes_bfloat16())
    linear = [module for module in model.modules() if type(module) is torch.nn.Linear]
    if not wanted or not linear or model.device.type != "cpu" or model.dtype is not torch.float32:
        return False
    before = _probe(model, half=False)
    originals = [(parameter, parameter.data) for module in linear for parameter in module.parameters()]
    for parameter, data in originals:
        parameter.data = data.to(torch.bfloat16)
    try:
        after = _probe(model, half=True)
        agreement = float(before @ after / (np.linalg.norm(before) * np.linalg.norm(after)))
    except RuntimeError:
        agreement = 0.0
    if agreement >= _MIN_AGREEMENT:
        return True
    for parameter, data in originals:
        parameter.data = data
    return False


def _computes_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _probe(model: SentenceTransformer, *, half: bool) -> NDArray[np.float32]:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        row: torch.Tensor = model.encode([_PROBE], show_progress_bar=False, convert_to_tensor=True)
    probe: NDArray[np.float32] = row[0].float().cpu().numpy()
    return probe


def _choose_prompt(given: str | None, known: Mapping[str, str | None], names: Sequence[str]) -> str:
    if given is not None:
        return given
    return next((prompt for name in names if (prompt := known.get(name))), "")
