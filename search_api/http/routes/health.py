"""Routes for those who run the service: is it alive, is it ready, what does it measure."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from models.caller import SERVICE
from models.errors import CodingitError
from search_api.http.service import Service, TheService
from sql.index import active_generation
from sql.migrating import pending_migrations

router = APIRouter(tags=["operation"])
metrics_router = APIRouter(tags=["operation"])


class AliveReply(BaseModel):
    status: str


class ReadyReply(BaseModel):
    """Each part with 'ok' or what is missing; all are 'ok' when the service is ready."""

    status: str
    database: str
    migrations: str
    model: str


@router.get("/healthz")
async def get_health() -> AliveReply:
    """Answer as long as the process does; asks nothing of the database."""
    return AliveReply(status="ok")


@router.get("/readyz", responses={503: {"model": ReadyReply, "description": "Something is missing; see the parts."}})
def get_readiness(response: Response, service: TheService) -> ReadyReply:
    """Tell whether searches can be answered: database, migrations, model."""
    ready = _look(service)
    if ready.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return ready


@metrics_router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' format."}},
)
def get_metrics(service: TheService) -> Response:
    """Counters and gauges in the text format of Prometheus."""
    return Response(service.metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _look(service: Service) -> ReadyReply:
    try:
        with service.database.acting_as(SERVICE) as connection:
            pending = pending_migrations(connection)
            # Without the schema there is nothing to look into.
            wanted = not pending and active_generation(connection) is not None
    except CodingitError as error:
        # What the driver says could name hosts and users; this route answers to anyone.
        return ReadyReply(status="unready", database=error.code, migrations="unknown", model="unknown")
    migrations = f"{len(pending)} pending" if pending else "ok"
    model = _model(service) if wanted else "ok"
    status = "ok" if migrations == model == "ok" else "unready"
    return ReadyReply(status=status, database="ok", migrations=migrations, model=model)


def _model(service: Service) -> str:
    if service.encoder.is_ready:
        return "ok"
    service.warmup.start()
    return "loading"
