"""How a model's files are opened: from the disk when they are there, in silence, and every failure says what to do."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers.utils import logging as transformers_logging

from models.errors import ModelError

_HUB_TIMEOUT_SECONDS = 10

Model = TypeVar("Model", SentenceTransformer, CrossEncoder)


def open_model(name: str, folder: Path | None, device: str, *, trust_remote_code: bool) -> SentenceTransformer:
    """Open a model from a folder, or by its hub name: from the hub's cache first, over the network only without it."""
    return _open(SentenceTransformer, name, folder, device, trust_remote_code=trust_remote_code)


def open_cross_encoder(name: str, folder: Path | None, device: str, *, trust_remote_code: bool) -> CrossEncoder:
    """Open a model that reads two texts at once, likewise."""
    model: CrossEncoder = _open(CrossEncoder, name, folder, device, trust_remote_code=trust_remote_code)
    return model


def _open(kind: Callable[..., Model], name: str, folder: Path | None, device: str, *, trust_remote_code: bool) -> Model:
    # The tokenisers' own thread pool gains nothing on batches of this size, and warns after each fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    source = str(folder) if folder else name
    with _quietly():
        try:
            return kind(source, device=device, local_files_only=True, trust_remote_code=trust_remote_code)
        except Exception as error:  # the libraries raise what they like: OSError, ValueError, KeyError, RuntimeError
            if folder or not isinstance(error, OSError):
                raise _explain(name, folder, error) from error
        try:
            _reach_hub(name)
            return kind(source, device=device, trust_remote_code=trust_remote_code)
        except Exception as error:
            raise _explain(name, folder, error) from error


def _reach_hub(name: str) -> None:
    """Fail at once when there is no network: the loader itself asks again and again, for 70 seconds."""
    # An answer of any kind, a refusal too, is a hub that is there; what it means the loader says better.
    with suppress(HfHubHTTPError):
        HfApi().model_info(name, timeout=_HUB_TIMEOUT_SECONDS)


def _explain(name: str, folder: Path | None, error: Exception) -> ModelError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    if "trust_remote_code" in str(error):
        hint = "The model runs code of its own: allow it by trust_remote_code if you trust its author, or use another."
    elif isinstance(error, ImportError):
        hint = "Install the package that the model needs, or use another model."
    elif folder:
        hint = "Save a sentence-transformers model in the folder, or name another."
    else:
        hint = (
            "Check the name and the network; without a network, download the model elsewhere and give its folder, "
            "or name no model to use the packaged one."
        )
    return ModelError(f"The model {name!r} cannot be loaded: {reason}", hint=hint)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the libraries' warnings, load reports and progress bars off the terminal, then put their settings back."""
    loggers = [logging.getLogger(name) for name in ("transformers", "sentence_transformers", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    had_bars = (transformers_logging.is_progress_bar_enabled(), not are_progress_bars_disabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        disable_progress_bars()
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            if had_bars[0]:
                transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
            if had_bars[1]:
                enable_progress_bars()
