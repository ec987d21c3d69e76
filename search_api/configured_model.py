"""How the settings become an encoder: the one that they name, and the one that an index was made with."""

from __future__ import annotations

import logging

from models.encoder import Encoder, load_encoder
from models.errors import ModelError
from models.locating import locate_model
from models.model_identity import Precision
from models.reranker import Reranker, load_reranker
from search_api.reranking import LazyReranker
from search_api.settings import Settings
from sql.index import ActiveGeneration

log = logging.getLogger("codingit")


def load_configured_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name; raises ModelError."""
    return load_encoder(
        settings.model,
        dimensions=settings.model_dimensions,
        device=settings.model_device,
        threads=settings.model_threads,
        query_prompt=settings.model_query_prompt,
        document_prompt=settings.model_document_prompt,
        batch_tokens=settings.model_batch_tokens,
        precision=Precision(settings.model_precision),
        trust_remote_code=settings.model_trust_remote_code,
    )


def load_active_encoder(settings: Settings, active: ActiveGeneration | None) -> Encoder:
    """The encoder that a generation was made with; raises ModelError when there is another under its name by now."""
    if active is None:
        return load_configured_encoder(settings)
    kept = {"model_dimensions": active.dimensions}
    if locate_model(settings.model).name == active.name:
        encoder = load_configured_encoder(settings.model_copy(update=kept))
    else:
        # The prompts are those of the model that comes after it.
        other = {"model": active.name, "model_query_prompt": None, "model_document_prompt": None}
        encoder = load_configured_encoder(settings.model_copy(update={**kept, **other}))
    if encoder.identity.revision != active.revision:
        raise ModelError(
            f"The index was made with revision {active.revision} of {active.name}, "
            f"and {encoder.identity.revision} is installed.",
            hint="Searches by meaning work again when a worker has indexed all with the new one.",
        )
    return encoder


def open_reranker(settings: Settings) -> Reranker | None:
    """The reranker that the settings name, loaded when it is first used; None where they name none."""
    name = settings.reranker
    if name is None:
        return None
    return LazyReranker(
        lambda: load_reranker(name, device=settings.model_device, trust_remote_code=settings.model_trust_remote_code)
    )


def load_companion(settings: Settings, active: ActiveGeneration) -> Encoder | None:
    """The encoder of the index that searches still use, for a worker that makes the next; None where it is gone.

    Then that index is no longer kept current, which is better than neither of the two.
    """
    try:
        return load_active_encoder(settings, active)
    except ModelError as error:
        log.warning("the index in use is not kept current until the new one is whole: %s", error.detail)
        return None
