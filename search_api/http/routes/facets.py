"""The route that tells which languages and kinds a code search can be narrowed to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from search_api.http.documentation import problems
from search_api.http.routes.index import StatusQuery
from search_api.http.service import Reader, TheDatabase
from search_api.http.strict_json import StrictRoute
from sql.facets import read_facets

router = APIRouter(prefix="/v1/index", tags=["index"], route_class=StrictRoute)


class FacetReply(BaseModel):
    """A value to narrow a search to, and what has it."""

    name: str
    files: int
    chunks: int


class FacetsReply(BaseModel):
    """The most frequent first."""

    languages: list[FacetReply] = Field(description="For `languages` of a code search.")
    kinds: list[FacetReply] = Field(description="For `kinds` of a code search.")


@router.get("/facets", responses=problems(404))
def get_facets(caller: Reader, database: TheDatabase, query: Annotated[StatusQuery, Query()]) -> FacetsReply:
    """Tell which languages and kinds of chunks the caller's indexed code has."""
    with database.acting_as(caller) as connection:
        return FacetsReply.model_validate(read_facets(connection, query.project_id), from_attributes=True)
