"""The client that is awaited: for programs that do other things meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar

import anyio
import httpx

from search_api.client import api_keys, embeddings, files, index, projects, searching, sessions, sign_in, tasks, teams
from search_api.client.asking import Ask
from search_api.client.methods import async_method, async_pages, async_talk
from search_api.client.trying import (
    MOST_ATTEMPTS,
    PASSING,
    SECONDS_BETWEEN_STREAMS,
    TIMEOUT,
    Attempts,
    headers_of,
    needs_certificates,
    refuse_failure,
)

T = TypeVar("T")


class AsyncApiClient:
    """A session with the service, for any number of tasks of one event loop."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers=headers_of(token),
            transport=transport,
            timeout=timeout,
            verify=needs_certificates(base_url),
        )
        self._sleep = sleep
        self._most_attempts = attempts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    search_code = async_method(searching.search_code)
    search_chat = async_method(searching.search_chat)
    search_everything = async_method(searching.search_everything)

    diff = async_method(files.diff)
    list_manifest = async_method(files.list_manifest)
    put_files = async_method(files.put_files)
    list_directory = async_method(files.list_directory)
    iterate_directory = async_pages(files.list_directory)
    read_file = async_method(files.read_file)
    delete_file = async_method(files.delete_file)

    embed = async_method(embeddings.embed)
    list_models = async_method(embeddings.list_models)
    read_model = async_method(embeddings.read_model)

    index_status = async_method(index.index_status)
    index_facets = async_method(index.index_facets)

    create_sign_in_code = async_method(sign_in.create_sign_in_code)
    sign_in = async_method(sign_in.sign_in)

    list_projects = async_method(projects.list_projects)
    iterate_projects = async_pages(projects.list_projects)
    create_project = async_method(projects.create_project)
    read_project = async_method(projects.read_project)
    change_project = async_method(projects.change_project)
    delete_project = async_method(projects.delete_project)
    restore_project = async_method(projects.restore_project)
    find_or_create_project = async_talk(projects.find_or_create_project)
    list_project_messages = async_method(projects.list_project_messages)
    iterate_project_messages = async_pages(projects.list_project_messages)
    save_project_message = async_method(projects.save_project_message)
    read_project_message = async_method(projects.read_project_message)
    delete_project_message = async_method(projects.delete_project_message)

    list_teams = async_method(teams.list_teams)
    iterate_teams = async_pages(teams.list_teams)
    create_team = async_method(teams.create_team)
    read_team = async_method(teams.read_team)
    change_team = async_method(teams.change_team)
    delete_team = async_method(teams.delete_team)
    read_default_team = async_method(teams.read_default_team)
    choose_default_team = async_method(teams.choose_default_team)
    list_members = async_method(teams.list_members)
    iterate_members = async_pages(teams.list_members)
    add_member = async_method(teams.add_member)
    read_member = async_method(teams.read_member)
    change_member = async_method(teams.change_member)
    remove_member = async_method(teams.remove_member)

    list_api_keys = async_method(api_keys.list_api_keys)
    iterate_api_keys = async_pages(api_keys.list_api_keys)
    create_api_key = async_method(api_keys.create_api_key)
    read_api_key = async_method(api_keys.read_api_key)
    change_api_key = async_method(api_keys.change_api_key)
    revoke_api_key = async_method(api_keys.revoke_api_key)

    list_tasks = async_method(tasks.list_tasks)
    iterate_tasks = async_pages(tasks.list_tasks)
    create_task = async_method(tasks.create_task)
    read_task = async_method(tasks.read_task)
    change_task = async_method(tasks.change_task)
    read_task_logs = async_method(tasks.read_task_logs)
    cancel_task = async_method(tasks.cancel_task)
    delete_task = async_method(tasks.delete_task)

    list_sessions = async_method(sessions.list_sessions)
    iterate_sessions = async_pages(sessions.list_sessions)
    create_session = async_method(sessions.create_session)
    list_session_messages = async_method(sessions.list_session_messages)
    iterate_session_messages = async_pages(sessions.list_session_messages)
    say_message = async_method(sessions.say_message)
    import_messages = async_method(sessions.import_messages)
    read_session = async_method(sessions.read_session)
    change_session = async_method(sessions.change_session)
    tag_session = async_method(sessions.tag_session)
    delete_session = async_method(sessions.delete_session)
    add_messages = async_method(sessions.add_messages)
    read_session_message = async_method(sessions.read_session_message)
    change_session_message = async_method(sessions.change_session_message)
    delete_session_message = async_method(sessions.delete_session_message)

    async def send(self, ask: Ask[T]) -> T:
        """Send one request, as often as it takes. Raises the service's refusal, or UnavailableError."""
        attempts = self._attempts(ask)
        while True:
            try:
                return attempts.read(await self._http.send(self._request(ask)))
            except PASSING as error:
                pause = attempts.pause_after(error)
            await self._sleep(pause)

    async def follow_index(self, project_id: str | None = None) -> AsyncIterator[index.IndexStatus]:
        """The index's status now and whenever it changes, for as long as one iterates."""
        from httpx_sse import EventSource

        ask = index.index_stream(project_id)
        attempts = self._attempts(ask)
        while True:
            # A stream that has ended in order is only asked for again.
            pause = SECONDS_BETWEEN_STREAMS
            try:
                async with self._stream(ask) as response:
                    async for event in EventSource(response).aiter_sse():
                        status = index.read_event(event.event, event.data)
                        if status is not None:
                            attempts = self._attempts(ask)
                            yield status
            except PASSING as error:
                pause = attempts.pause_after(error)
            await self._sleep(pause)

    @asynccontextmanager
    async def _stream(self, ask: Ask[T]) -> AsyncIterator[httpx.Response]:
        response = await self._http.send(self._request(ask), stream=True)
        try:
            if not response.is_success:
                await response.aread()
            refuse_failure(response)
            yield response
        finally:
            await response.aclose()

    def _attempts(self, ask: Ask[T]) -> Attempts[T]:
        return Attempts(ask, self._most_attempts, str(self._http.base_url))

    def _request(self, ask: Ask[T]) -> httpx.Request:
        return self._http.build_request(
            ask.method, ask.path, params=ask.parameters(), content=ask.content(), headers=ask.all_headers()
        )
