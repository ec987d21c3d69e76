"""The client that waits: for scripts, for the command line, and as a file store to sync with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

import httpx

from search_api.client import api_keys, embeddings, files, index, projects, searching, sessions, sign_in, tasks, teams
from search_api.client.asking import Ask
from search_api.client.methods import method, pages, talk
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


class ApiClient:
    """A session with the service; it is a FileStore. Not for several threads at once."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers=headers_of(token),
            transport=transport,
            timeout=timeout,
            verify=needs_certificates(base_url),
        )
        self._sleep = sleep
        self._most_attempts = attempts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    search_code = method(searching.search_code)
    search_chat = method(searching.search_chat)
    search_everything = method(searching.search_everything)

    diff = method(files.diff)
    list_manifest = method(files.list_manifest)
    put_files = method(files.put_files)
    list_directory = method(files.list_directory)
    iterate_directory = pages(files.list_directory)
    read_file = method(files.read_file)
    delete_file = method(files.delete_file)

    embed = method(embeddings.embed)
    list_models = method(embeddings.list_models)
    read_model = method(embeddings.read_model)

    index_status = method(index.index_status)
    index_facets = method(index.index_facets)

    create_sign_in_code = method(sign_in.create_sign_in_code)
    sign_in = method(sign_in.sign_in)

    list_projects = method(projects.list_projects)
    iterate_projects = pages(projects.list_projects)
    create_project = method(projects.create_project)
    read_project = method(projects.read_project)
    change_project = method(projects.change_project)
    delete_project = method(projects.delete_project)
    restore_project = method(projects.restore_project)
    find_or_create_project = talk(projects.find_or_create_project)
    list_project_messages = method(projects.list_project_messages)
    iterate_project_messages = pages(projects.list_project_messages)
    save_project_message = method(projects.save_project_message)
    read_project_message = method(projects.read_project_message)
    delete_project_message = method(projects.delete_project_message)

    list_teams = method(teams.list_teams)
    iterate_teams = pages(teams.list_teams)
    create_team = method(teams.create_team)
    read_team = method(teams.read_team)
    change_team = method(teams.change_team)
    delete_team = method(teams.delete_team)
    read_default_team = method(teams.read_default_team)
    choose_default_team = method(teams.choose_default_team)
    list_members = method(teams.list_members)
    iterate_members = pages(teams.list_members)
    add_member = method(teams.add_member)
    read_member = method(teams.read_member)
    change_member = method(teams.change_member)
    remove_member = method(teams.remove_member)

    list_api_keys = method(api_keys.list_api_keys)
    iterate_api_keys = pages(api_keys.list_api_keys)
    create_api_key = method(api_keys.create_api_key)
    read_api_key = method(api_keys.read_api_key)
    change_api_key = method(api_keys.change_api_key)
    revoke_api_key = method(api_keys.revoke_api_key)

    list_tasks = method(tasks.list_tasks)
    iterate_tasks = pages(tasks.list_tasks)
    create_task = method(tasks.create_task)
    read_task = method(tasks.read_task)
    change_task = method(tasks.change_task)
    read_task_logs = method(tasks.read_task_logs)
    cancel_task = method(tasks.cancel_task)
    delete_task = method(tasks.delete_task)

    list_sessions = method(sessions.list_sessions)
    iterate_sessions = pages(sessions.list_sessions)
    create_session = method(sessions.create_session)
    list_session_messages = method(sessions.list_session_messages)
    iterate_session_messages = pages(sessions.list_session_messages)
    say_message = method(sessions.say_message)
    import_messages = method(sessions.import_messages)
    read_session = method(sessions.read_session)
    change_session = method(sessions.change_session)
    tag_session = method(sessions.tag_session)
    delete_session = method(sessions.delete_session)
    add_messages = method(sessions.add_messages)
    read_session_message = method(sessions.read_session_message)
    change_session_message = method(sessions.change_session_message)
    delete_session_message = method(sessions.delete_session_message)

    def send(self, ask: Ask[T]) -> T:
        """Send one request, as often as it takes. Raises the service's refusal, or UnavailableError."""
        attempts = self._attempts(ask)
        while True:
            try:
                return attempts.read(self._http.send(self._request(ask)))
            except PASSING as error:
                pause = attempts.pause_after(error)
            self._sleep(pause)

    def follow_index(self, project_id: str | None = None) -> Iterator[index.IndexStatus]:
        """The index's status now and whenever it changes, for as long as one iterates."""
        from httpx_sse import EventSource

        ask = index.index_stream(project_id)
        attempts = self._attempts(ask)
        while True:
            # A stream that has ended in order is only asked for again.
            pause = SECONDS_BETWEEN_STREAMS
            try:
                with self._stream(ask) as response:
                    for event in EventSource(response).iter_sse():
                        status = index.read_event(event.event, event.data)
                        if status is not None:
                            attempts = self._attempts(ask)
                            yield status
            except PASSING as error:
                pause = attempts.pause_after(error)
            self._sleep(pause)

    @contextmanager
    def _stream(self, ask: Ask[T]) -> Iterator[httpx.Response]:
        response = self._http.send(self._request(ask), stream=True)
        try:
            if not response.is_success:
                response.read()
            refuse_failure(response)
            yield response
        finally:
            response.close()

    def _attempts(self, ask: Ask[T]) -> Attempts[T]:
        return Attempts(ask, self._most_attempts, str(self._http.base_url))

    def _request(self, ask: Ask[T]) -> httpx.Request:
        return self._http.build_request(
            ask.method, ask.path, params=ask.parameters(), content=ask.content(), headers=ask.all_headers()
        )
