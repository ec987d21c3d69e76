"""How one function that says what to ask becomes a method of both clients, with the same arguments and typed reply."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from search_api.client.asking import Ask, Page

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound=Callable[..., Any])
# Several requests, where a later one depends on the reply that was sent in for an earlier one; Any: each has its own.
Talk = Generator[Ask[Any], Any, T]


class Sender(Protocol):
    """The client that waits."""

    def send(self, ask: Ask[T]) -> T: ...


class AsyncSender(Protocol):
    """The client that is awaited."""

    async def send(self, ask: Ask[T]) -> T: ...


def method(ask: Callable[P, Ask[T]]) -> Callable[Concatenate[Sender, P], T]:
    """Send what the function asks."""

    def call(client: Sender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.send(ask(*args, **kwargs))

    return _described(call, ask)


def async_method(ask: Callable[P, Ask[T]]) -> Callable[Concatenate[AsyncSender, P], Coroutine[Any, Any, T]]:
    """Send what the function asks."""

    async def call(client: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client.send(ask(*args, **kwargs))

    return _described(call, ask)


def pages(ask: Callable[P, Ask[Page[T]]]) -> Callable[Concatenate[Sender, P], Iterator[T]]:
    """Every item of the list; a page is asked for when the one before is used up."""

    def call(client: Sender, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        wanted: Ask[Page[T]] | None = ask(*args, **kwargs)
        while wanted is not None:
            page = client.send(wanted)
            yield from page
            wanted = None if page.next is None else wanted.after(page.next)

    return _described(call, ask)


def async_pages(ask: Callable[P, Ask[Page[T]]]) -> Callable[Concatenate[AsyncSender, P], AsyncIterator[T]]:
    """Every item of the list; a page is asked for when the one before is used up."""

    async def call(client: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        wanted: Ask[Page[T]] | None = ask(*args, **kwargs)
        while wanted is not None:
            page = await client.send(wanted)
            for item in page:
                yield item
            wanted = None if page.next is None else wanted.after(page.next)

    return _described(call, ask)


def talk(plan: Callable[P, Talk[T]]) -> Callable[Concatenate[Sender, P], T]:
    """Send what the plan asks, one request after the other."""

    def call(client: Sender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        talking = plan(*args, **kwargs)
        reply: Any = None
        while True:
            try:
                ask = talking.send(reply)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # the generator's own type says it is a T
            reply = client.send(ask)

    return _described(call, plan)


def async_talk(plan: Callable[P, Talk[T]]) -> Callable[Concatenate[AsyncSender, P], Coroutine[Any, Any, T]]:
    """Send what the plan asks, one request after the other."""

    async def call(client: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        talking = plan(*args, **kwargs)
        reply: Any = None
        while True:
            try:
                ask = talking.send(reply)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # as above
            reply = await client.send(ask)

    return _described(call, plan)


def _described(call: C, source: Callable[..., Any]) -> C:
    """The method under its function's name, with its words and arguments, as `help` shows them."""
    call.__name__, call.__qualname__, call.__doc__ = source.__name__, source.__qualname__, source.__doc__
    client = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    arguments = inspect.signature(source).parameters.values()
    # mypy does not know that any function may carry its own signature.
    call.__signature__ = inspect.Signature([client, *arguments])  # type: ignore[attr-defined]
    return call
