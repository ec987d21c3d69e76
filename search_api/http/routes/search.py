"""The route of code search: parses, calls the use case, renders."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StrictBool, StrictInt, model_validator

from models.errors import InvalidRequestError
from models.kinds import ChunkKind
from search_api.code_search import CodeQuery, Mode, search_code
from search_api.http.documentation import problems
from search_api.http.prompt_route import PromptRoute
from search_api.http.service import Searcher, TheDatabase, TheService
from search_api.limits import ASKING, STORABLE, WHOLE, Strict
from search_api.settings import Settings

router = APIRouter(prefix="/v1/search", tags=["search"], route_class=PromptRoute)


class CodeRequest(Strict):
    """A code search."""

    query: Annotated[
        str,
        Field(
            min_length=1,
            description='Words, a sentence, a name, a path, "a phrase", /an expression/.',
            examples=["parse the config"],
        ),
        ASKING,
    ]
    mode: Mode = Field(Mode.HYBRID, description="By meaning, by words, by similar spelling, or all together.")
    project_id: UUID | None = Field(None, description="Only this project; without it, all of the caller's code.")
    path_glob: Annotated[str, Field(min_length=1, max_length=500, examples=["**/src/**/*.py"]), STORABLE] | None = None
    languages: list[Annotated[str, Field(max_length=50), STORABLE]] | None = Field(
        None, max_length=50, examples=[["python"]]
    )
    kinds: list[ChunkKind] | None = Field(None, max_length=50)
    limit: Annotated[StrictInt, Field(ge=1, le=100), WHOLE] = 10
    max_tokens: Annotated[StrictInt, Field(ge=1, le=1_000_000), WHOLE] | None = Field(
        None, description="Cut the results to about this many tokens; the first one always fits."
    )
    explain: StrictBool = Field(False, description="Tell of each result what its score is made of.")
    highlight: StrictBool = Field(False, description="Tell where in each result the words stand.")


class CodeMatch(BaseModel):
    """A highlight, as a half-open range of code points in the content."""

    start: int = Field(examples=[4])
    end: int = Field(examples=[9])

    @model_validator(mode="before")
    @classmethod
    def _read_span(cls, value: object) -> object:
        return {"start": value[0], "end": value[1]} if isinstance(value, tuple) else value


class CodeResult(BaseModel):
    """A chunk that answers; lines are 1-based and inclusive."""

    path: str
    project_id: UUID | None
    file_id: UUID
    language: str | None
    kind: str
    symbol: str | None = Field(description="The largest definition in it, or the one that it continues.")
    asked_name: str | None = Field(None, description="Another one in it, when it has the name that was asked for.")
    start_line: int
    end_line: int
    score: float = Field(description="Compares within this reply only.")
    scores: dict[str, float] | None = Field(None, description="What adds up to the score, with `explain`.")
    content: str
    stale: bool = Field(description="Whether the file has changed since it was indexed.")
    matched_lines: list[int] | None = Field(
        None, description="Lines on which quoted phrases or matches of an expression begin, where such were asked for."
    )
    matches: list[CodeMatch] | None = Field(None, description="What to highlight in the content, with `highlight`.")


class IndexFreshness(BaseModel):
    """How far the index is behind, in the words of /v1/index/status; the rest of the files is indexed or skipped."""

    files: int = Field(description="Files in scope: of the project, or all of the caller's.")
    pending: int = Field(description="Written, and not yet searchable as they are.")
    failed: int = Field(description="Tried at least once without success; not counted as pending.")


class CodeAnswer(BaseModel):
    """Results best first; `widened` tells which unknown words were taken for which."""

    results: list[CodeResult]
    index: IndexFreshness
    widened: dict[str, dict[str, float]]
    truncated: bool = Field(description="Whether max_tokens left results out.")
    took_ms: float


@router.post("/code", summary="Search the caller's code", responses=problems(400, 404, 413), response_model=CodeAnswer)
def post_code_search(caller: Searcher, database: TheDatabase, service: TheService, request: CodeRequest) -> Response:
    """Find chunks of the caller's code by meaning, by words and by misspelt names."""
    refuse_long_query(request.query, service.settings)
    if request.limit > service.settings.max_results:
        raise InvalidRequestError(f"limit: at most {service.settings.max_results} results are answered here.")
    with service.metrics.timed("code"):
        reply = search_code(database, service.encoder, caller, _query(request), reranker=service.reranker)
    answer = CodeAnswer.model_validate(reply, from_attributes=True)
    # Written here and now: the framework would check it once more, in another thread.
    return Response(answer.model_dump_json(), media_type="application/json")


def refuse_long_query(query: str, settings: Settings) -> None:
    """Raises InvalidRequestError; the limit is a setting, so the request's model cannot hold it."""
    if len(query) > settings.max_query_chars:
        raise InvalidRequestError(
            "The query is too long.", hint=f"At most {settings.max_query_chars} characters; ask for less at once."
        )


def _query(request: CodeRequest) -> CodeQuery:
    return CodeQuery(
        query=request.query,
        mode=request.mode,
        project_id=request.project_id,
        path_glob=request.path_glob,
        languages=None if request.languages is None else tuple(request.languages),
        kinds=None if request.kinds is None else tuple(kind.value for kind in request.kinds),
        limit=request.limit,
        max_tokens=request.max_tokens,
        explain=request.explain,
        highlight=request.highlight,
    )
