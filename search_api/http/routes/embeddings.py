"""Routes for programs that embed texts with the index's own model, as OpenAI's clients ask for it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from time import time
from typing import Annotated, Literal, TypeVar

import anyio
import msgspec
import numpy as np
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from pydantic import BaseModel, Field, StrictBool, StrictInt
from starlette.responses import Response

from search_api.embedding import EmbeddingRequest, OfferedModel, Prepared, cut
from search_api.embedding_input import Inputs
from search_api.encoding_queue import Kind
from search_api.http.openai_errors import openai_problems
from search_api.http.prompt_route import PromptRoute
from search_api.http.service import Embedder, Service, TheService
from search_api.http.visit import visit_of
from search_api.limits import WHOLE, Strict

router = APIRouter(prefix="/v1", tags=["embeddings"], route_class=PromptRoute)

LONGEST_NAME = 200
OWNER = "codingit"
STARTED = int(time())
# Reading and rendering of large requests must not take the threads that searches run in.
RENDERERS = 2
# So many numbers are written in 0.4 ms, and in 0.05 as base64; another thread may wait longer for its turn.
AT_ONCE_NUMBERS = 4_096

T = TypeVar("T")


class EmbeddingsRequest(Strict):
    """Texts to be embedded."""

    model: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["codingit/code-encoder"])]
    input: Inputs = Field(
        description="A text, texts, the tokens of a text, or of several.", examples=[["def f(): ..."]]
    )
    input_type: Kind = Field(Kind.DOCUMENT, description="Whether texts are searched for, or what is searched.")
    encoding_format: Literal["float", "base64"] = Field(
        "float", description="Numbers, or little-endian float32 in base64."
    )
    dimensions: Annotated[StrictInt, Field(ge=1), WHOLE] | None = Field(
        None, description="Keep the first so many dimensions, of unit norm again."
    )
    truncate: StrictBool = Field(False, description="Cut texts that are longer than the model reads; else refused.")
    user: Annotated[str, Field(max_length=LONGEST_NAME)] | None = Field(None, description="Taken and not kept.")


class EmbeddingObject(BaseModel):
    """A row of unit norm."""

    object: Literal["embedding"]
    index: int = Field(description="The place of its text in the request.")
    embedding: list[float] | str


class Usage(BaseModel):
    """Tokens as the model reads them."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsReply(BaseModel):
    """The rows in the order of the texts."""

    object: Literal["list"]
    data: list[EmbeddingObject]
    model: str = Field(description="The model's own name, whichever of its names was asked for.")
    usage: Usage


class ModelObject(BaseModel):
    """A model under one of its names."""

    id: str
    object: Literal["model"]
    created: int = Field(description="When this service started, in seconds of Unix time.")
    owned_by: str
    name: str = Field(description="The model's own name.")
    revision: str = Field(description="Vectors of two revisions do not compare.")
    dimensions: int
    max_tokens: int = Field(description="Tokens of a text that the model reads.")


class ModelsReply(BaseModel):
    """Every name that requests can give."""

    object: Literal["list"]
    data: list[ModelObject]


@router.post("/embeddings", response_model=EmbeddingsReply, responses=openai_problems(404, 413, 429))
async def post_embeddings(
    caller: Embedder, service: TheService, request: Request, wanted: EmbeddingsRequest
) -> Response:
    """Turn texts into rows of unit norm with the model that the index is made with."""
    asked = _request(wanted)
    prepared = await _prepare(request, service, asked)
    service.queue.submit(prepared.job)
    rows = await _rows(request, service, prepared)
    if rows is None:
        # Nobody reads it.
        return Response(status_code=204)
    as_text = wanted.encoding_format == "base64"
    if rows.size <= AT_ONCE_NUMBERS:
        body = _render(rows, prepared, as_text=as_text)
    else:
        body = await _in_thread(request, lambda: _render(rows, prepared, as_text=as_text))
    return Response(body, media_type="application/json")


@router.get("/models", responses=openai_problems())
def get_models(caller: Embedder, service: TheService) -> ModelsReply:
    """List the names under which the active model is offered, its own first."""
    return ModelsReply(object="list", data=[_describe(model) for model in service.embeddings.models()])


@router.get("/models/{model:path}", responses=openai_problems(404))
def get_model(caller: Embedder, service: TheService, model: str) -> ModelObject:
    """Tell what a name stands for."""
    return _describe(service.embeddings.model(model))


async def _prepare(request: Request, service: Service, asked: EmbeddingRequest) -> Prepared:
    prepared = service.embeddings.prepare_at_once(asked)
    if prepared is None:
        prepared = await _in_thread(request, lambda: service.embeddings.prepare(asked))
    return prepared


async def _rows(request: Request, service: Service, prepared: Prepared) -> NDArray[np.float32] | None:
    """The rows; None when the client has left meanwhile, and then its texts leave the queue too."""
    visit = visit_of(request.scope)
    # The door watches for those who leave already; a watch of our own would be a task more for each request.
    visit.awaited = rows = asyncio.wrap_future(prepared.job.result)
    if visit.given_up:
        rows.cancel()
    try:
        return await rows
    except asyncio.CancelledError:
        if visit.given_up:
            return None
        raise
    finally:
        visit.awaited = None
        service.queue.leave(prepared.job)


async def _in_thread(request: Request, work: Callable[[], T]) -> T:
    state = request.app.state
    if not hasattr(state, "renderers"):
        state.renderers = anyio.CapacityLimiter(RENDERERS)
    return await run_sync(work, limiter=state.renderers)


def _request(wanted: EmbeddingsRequest) -> EmbeddingRequest:
    return EmbeddingRequest(wanted.model, wanted.input, wanted.input_type, wanted.dimensions, wanted.truncate)


def _render(rows: NDArray[np.float32], prepared: Prepared, *, as_text: bool) -> bytes:
    rows = cut(rows, prepared.dimensions)
    written = [base64.b64encode(row.tobytes()).decode() for row in rows.astype("<f4")] if as_text else rows.tolist()
    reply = {
        "object": "list",
        "data": [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(written)],
        "model": prepared.model,
        "usage": {"prompt_tokens": prepared.tokens, "total_tokens": prepared.tokens},
    }
    # Half a million numbers are written in a twentieth of the time that the standard library takes.
    return msgspec.json.encode(reply)


def _describe(model: OfferedModel) -> ModelObject:
    return ModelObject(
        id=model.id,
        object="model",
        created=STARTED,
        owned_by=OWNER,
        name=model.name,
        revision=model.revision,
        dimensions=model.dimensions,
        max_tokens=model.max_tokens,
    )
