"""Routes that are asked all the time: how to call their endpoints is found out once, and not at each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, Self, get_type_hints

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from search_api.http.service import BEARER
from search_api.http.strict_json import Handler, StrictRequest, StrictRoute
from search_api.limits import read_json

# Any: what it finds is between the dependency and the endpoint.
Find = Callable[[Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an endpoint is called: its body's name and model, and what finds each of its other arguments."""

    body: str
    model: TypeAdapter[Any]
    found: tuple[tuple[str, Find], ...]
    request: str | None
    call: Callable[..., Awaitable[Response]]

    @classmethod
    def of(cls, route: StrictRoute) -> Self | None:
        """None unless it takes one body and what is found in the request, and answers with a response of its own."""
        needs, endpoint = route.dependant, route.endpoint
        found = [(str(each.name), _finder(each)) for each in needs.dependencies]
        if _takes_fields(needs) or len(needs.body_params) != 1 or not all(find for _, find in found):
            return None
        if get_type_hints(endpoint).get("return") is not Response:
            return None
        (body,) = needs.body_params
        return cls(
            body.name,
            TypeAdapter(get_type_hints(endpoint, include_extras=True)[body.name]),
            tuple((name, find) for name, find in found if find is not None),
            needs.request_param_name,
            endpoint if iscoroutinefunction(endpoint) else partial(run_in_threadpool, endpoint),
        )


class PromptRoute(StrictRoute):
    """A strict route whose endpoint is called by a plan.

    A request that is not as it should be takes the framework's way, which says what is wrong with it.
    """

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        plan = Plan.of(self)
        if plan is None:
            return handle

        async def handle_promptly(asked: Request) -> Response:
            request = StrictRequest(asked.scope, asked.receive)
            if request.headers.get("content-type") != "application/json":
                return await handle(request)
            try:
                values = {plan.body: plan.model.validate_python(read_json(await request.body()))}
            except ValueError:
                return await handle(request)
            for name, find in plan.found:
                values[name] = await find(request)
            if plan.request is not None:
                values[plan.request] = request
            return await plan.call(**values)

        return handle_promptly


def _takes_fields(needs: Dependant) -> bool:
    return any((needs.path_params, needs.query_params, needs.header_params, needs.cookie_params))


def _finder(needs: Dependant) -> Find | None:
    """None for a dependency that looks at more than the request, or waits for something."""
    find, name = needs.call, needs.request_param_name
    if find is None or name is None or not iscoroutinefunction(find) or needs.body_params or _takes_fields(needs):
        return None
    # That there is a token is what the door has seen to; this tells the API's description of it.
    if any(each.call is not BEARER for each in needs.dependencies):
        return None
    nothing = {str(each.name): None for each in needs.dependencies}
    return lambda request: find(**{name: request}, **nothing)
