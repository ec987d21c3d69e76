"""Tests of /v1/embeddings and /v1/models with OpenAI's own client: what it sends, and what it makes of the answers."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import anyio
import httpx
import numpy as np
import openai
import pytest
from numpy.typing import NDArray

from search_api.auth import Scope
from search_api.embedding import AT_ONCE_CHARACTERS
from search_api.http.app import queue_of
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

MODEL = "stub"
ENCODER = StubEncoder()
LIMITS = {"embeddings_aliases": "text-embedding-3-small", "embeddings_request_tokens": 150}


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: ENCODER, **LIMITS)


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return token_of(api.sign_up())


@contextmanager
def openai_client(api: Api, token: str, **options: Any) -> Iterator[openai.OpenAI]:
    with api.client() as http:
        yield openai.OpenAI(
            api_key=token, base_url="http://testserver/v1", http_client=http, **{"max_retries": 0, **options}
        )


def rows(reply: openai.types.CreateEmbeddingResponse) -> NDArray[np.float32]:
    return np.array([each.embedding for each in reply.data], dtype=np.float32)


def test_a_string_and_a_list_are_embedded_in_their_order(api: Api, token: str) -> None:
    texts = ["round a price", "parse the config", "Ωμέγα 日本語 🙂"]
    with openai_client(api, token) as client:
        one = client.embeddings.create(model=MODEL, input=texts[0])
        several = client.embeddings.create(model=MODEL, input=texts)

    assert rows(one).tolist() == ENCODER.encode_documents(texts[:1]).tolist()
    assert rows(several).tolist() == ENCODER.encode_documents(texts).tolist()
    assert [each.index for each in several.data] == [0, 1, 2]
    assert (several.object, several.data[0].object, several.model) == ("list", "embedding", MODEL)
    assert (several.usage.prompt_tokens, several.usage.total_tokens) == (9, 9)


def test_the_client_reads_base64_and_numbers_as_the_same(api: Api, token: str) -> None:
    with openai_client(api, token) as client:
        # What the client asks for by itself is base64, which it decodes.
        by_itself = client.embeddings.create(model=MODEL, input="round")
        numbers = client.embeddings.create(model=MODEL, input="round", encoding_format="float")
        text = client.embeddings.create(model=MODEL, input="round", encoding_format="base64")

    assert by_itself.data[0].embedding == numbers.data[0].embedding
    decoded = np.frombuffer(base64.b64decode(str(text.data[0].embedding)), dtype="<f4")
    np.testing.assert_array_equal(decoded, ENCODER.encode_documents(["round"])[0])


def test_the_awaited_client_is_answered_too(api: Api, token: str) -> None:
    # Nothing starts the app here, and the clients of other tests have stopped it.
    queue_of(api.app).open()

    async def story() -> None:
        # Any: the client takes the clients of two libraries, and is typed for one of them.
        http: Any
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app)) as http:
            client = openai.AsyncOpenAI(api_key=token, base_url="http://testserver/v1", http_client=http)
            reply = await client.embeddings.create(model=MODEL, input=["round", "parse"])
            assert rows(reply).tolist() == ENCODER.encode_documents(["round", "parse"]).tolist()
            assert [model.id async for model in client.models.list()] == [MODEL, "default", "text-embedding-3-small"]

    anyio.run(story)


def test_tokens_are_read_as_the_text_that_they_are_of(api: Api, token: str) -> None:
    with openai_client(api, token) as client:
        one = client.embeddings.create(model=MODEL, input=[7, 12])
        several = client.embeddings.create(model=MODEL, input=[[7, 12], [3]])

    assert rows(one).tolist() == ENCODER.encode_documents(["w7 w12"]).tolist()
    assert rows(several).tolist() == ENCODER.encode_documents(["w7 w12", "w3"]).tolist()
    assert several.usage.prompt_tokens == 3


def test_queries_and_documents_are_encoded_each_in_their_way(token: str, api: Api) -> None:
    with openai_client(api, token) as client:
        before = ENCODER.queries_encoded, ENCODER.documents_encoded
        client.embeddings.create(model=MODEL, input="x", extra_body={"input_type": "query"})
        client.embeddings.create(model=MODEL, input="x", extra_body={"input_type": "document"})
        client.embeddings.create(model=MODEL, input="x")

    assert (ENCODER.queries_encoded - before[0], ENCODER.documents_encoded - before[1]) == (1, 2)


def test_fewer_dimensions_are_of_unit_norm_again(api: Api, token: str) -> None:
    with openai_client(api, token) as client:
        whole = rows(client.embeddings.create(model=MODEL, input="a b c d e f g h"))[0]
        cut = rows(client.embeddings.create(model=MODEL, input="a b c d e f g h", dimensions=40))[0]

    assert len(cut) == 40
    np.testing.assert_allclose(cut, whole[:40] / np.linalg.norm(whole[:40]), rtol=1e-6)


@pytest.mark.parametrize("name", [MODEL, "default", "text-embedding-3-small"])
def test_the_model_is_offered_under_each_of_its_names(api: Api, token: str, name: str) -> None:
    with openai_client(api, token) as client:
        listed = client.models.list().data
        found = client.models.retrieve(name)
        reply = client.embeddings.create(model=name, input="x")

    assert name in [model.id for model in listed]
    assert (found.id, found.object, found.owned_by) == (name, "model", "codingit")
    assert found.model_extra == {"name": MODEL, "revision": "1", "dimensions": 64, "max_tokens": 100}
    assert reply.model == MODEL


def test_a_name_with_a_slash_is_one_name(clone: Callable[[], AbstractContextManager[str]]) -> None:
    encoder = StubEncoder(name="some/model")
    with clone() as url, Database(url) as database:
        api = make_api(url, database, lambda _: encoder)
        with openai_client(api, token_of(api.sign_up())) as client:
            names = [model.id for model in client.models.list()]
            found = client.models.retrieve("some/model")

    assert names == ["some/model", "model", "default"]
    assert found.id == "some/model"


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"input": ""}, "input", "invalid_request"),
    ({"input": []}, "input", "invalid_request"),
    ({"input": ["a", ""]}, "input", "invalid_request"),
    ({"input": [[]]}, "input", "invalid_request"),
    ({"input": ["a", 1]}, "input", "invalid_request"),
    ({"input": None}, "input", "invalid_request"),
    ({"input": {"a": 1}}, "input", "invalid_request"),
    ({"input": [-1]}, "input", "invalid_request"),
    ({"input": [1000]}, "input", "invalid_request"),
    ({"input": [[1], [999, 1000]]}, "input", "invalid_request"),
    ({"input": ["x"] * 2049}, "input", "invalid_request"),
    ({"input": "x " * 101}, "input", "invalid_request"),
    ({"input": ["x " * 80] * 2}, "input", "invalid_request"),
    ({"dimensions": 65}, "dimensions", "invalid_request"),
    ({"dimensions": 0}, "dimensions", "invalid_request"),
    ({"dimensions": "8"}, "dimensions", "invalid_request"),
    ({"encoding_format": "hex"}, "encoding_format", "invalid_request"),
    ({"input_type": "passage"}, "input_type", "invalid_request"),
    ({"unknown": 1}, "unknown", "invalid_request"),
]


@pytest.mark.parametrize(("wrong", "param", "code"), REFUSED)
def test_a_wrong_request_is_refused_in_the_shape_of_openai(
    api: Api, token: str, wrong: dict[str, Any], param: str | None, code: str
) -> None:
    with api.client(token) as client:
        reply = client.post("/v1/embeddings", json={"model": MODEL, "input": "x", **wrong})

    assert reply.status_code == 400
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([*["x"] * 1500, "", *["x"] * 500], "input 1500 is empty"),
        (["x", 7], "input 1 is no text"),
        ([[1], "x"], "input 1 is no list of tokens"),
        ([[1], []], "input 1 has no tokens"),
        ([1, True], "it is no list of tokens"),
        ([1.5], "input 0 is no text"),
        (["x"] * 2049, "2049 inputs, and a request may have 2048"),
        (7, "neither a text, nor a list of texts, nor tokens"),
    ],
)
def test_a_wrong_input_is_named(api: Api, token: str, wrong: Any, said: str) -> None:
    with api.client(token) as client:
        message = client.post("/v1/embeddings", json={"model": MODEL, "input": wrong}).json()["error"]["message"]

    assert message.startswith(f"input: {said}")
    assert len(message) < 200


def test_the_client_raises_what_the_error_says(api: Api, token: str) -> None:
    with openai_client(api, token) as client:
        with pytest.raises(openai.NotFoundError) as unknown:
            client.embeddings.create(model="text-embedding-9", input="x")
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("text-embedding-9")
        with pytest.raises(openai.BadRequestError) as wrong:
            client.embeddings.create(model=MODEL, input="x", dimensions=65)
    with openai_client(api, "no token") as client, pytest.raises(openai.AuthenticationError) as nobody:
        client.models.list()

    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    assert "'stub'" in unknown.value.message
    assert (wrong.value.param, wrong.value.type) == ("dimensions", "invalid_request_error")
    assert "64 dimensions, not 65" in wrong.value.message
    assert (nobody.value.type, nobody.value.code) == ("authentication_error", "unauthenticated")


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/models", "/v1/models/stub"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}])
def test_nobody_is_let_in_without_a_token(api: Api, path: str, headers: dict[str, str]) -> None:
    with api.client() as client:
        reply = client.request("POST" if path.endswith("embeddings") else "GET", path, headers=headers)

    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.json()["error"]["type"] == "authentication_error"


def test_other_routes_keep_their_own_shape(api: Api, token: str) -> None:
    with api.client(token) as client:
        reply = client.get("/v1/modelsx")

    assert reply.headers["Content-Type"] == "application/problem+json"


KEY = """
insert into api_keys (user_id, name, key_hash, key_prefix, permissions)
  values (%s, 'k', encode(sha256(%s), 'hex'), 'cik_', jsonb_build_object('scopes', jsonb_build_array(%s::text)))
"""


def test_a_key_needs_the_scope(api: Api) -> None:
    def key(scope: Scope) -> str:
        name = f"cik_{scope.value}_{user.hex}"
        api.execute(KEY, user, name.encode(), scope.value)
        return name

    user = api.sign_up()
    with openai_client(api, key(Scope.EMBED)) as client:
        assert client.embeddings.create(model=MODEL, input="x").usage.prompt_tokens == 1
    with openai_client(api, key(Scope.SEARCH)) as client, pytest.raises(openai.PermissionDeniedError) as refused:
        client.embeddings.create(model=MODEL, input="x")

    assert (refused.value.type, refused.value.code) == ("permission_error", "forbidden")


def test_a_text_that_is_too_long_is_cut_when_that_is_asked_for(api: Api, token: str) -> None:
    with openai_client(api, token) as client:
        reply = client.embeddings.create(model=MODEL, input="x " * 140, extra_body={"truncate": True})

    assert reply.usage.prompt_tokens == 100


class HeldEncoder(StubEncoder):
    """Encodes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.begun = threading.Event(), threading.Semaphore(0)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.begun.release()
        assert self.let.wait(30)
        return super().encode_documents(texts)


@pytest.fixture
def held(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[tuple[Api, HeldEncoder]]:
    encoder = HeldEncoder()
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: encoder, embeddings_queue_tokens=100), encoder
        encoder.let.set()


async def ask(http: httpx.AsyncClient, text: str, replies: list[httpx.Response]) -> None:
    replies.append(await http.post("/v1/embeddings", json={"model": MODEL, "input": text}))


def waiting(api: Api) -> int:
    return int(queue_of(api.app).state().requests)


async def until(state: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not state():
            await anyio.sleep(0)


def asking(api: Api, story: Callable[[httpx.AsyncClient], Any]) -> None:
    async def run() -> None:
        headers = {"Authorization": f"Bearer {token_of(api.sign_up())}"}
        transport = httpx.ASGITransport(api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as http:
            await story(http)

    anyio.run(run)


def test_a_full_queue_is_told_with_the_time_to_come_back(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "w " * 90, replies)
            await until(lambda: waiting(api) == 1)
            refused = await http.post("/v1/embeddings", json={"model": MODEL, "input": "w " * 20})
            encoder.let.set()
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["error"]["type"] == "rate_limit_error"

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200]


def test_openais_client_comes_back_by_itself(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held

    async def story(http: httpx.AsyncClient) -> None:
        replies: list[httpx.Response] = []
        refused = 0

        async def let_after_a_refusal(response: httpx.Response) -> None:
            nonlocal refused
            if response.status_code == 429:
                refused += 1
                encoder.let.set()
                await until(lambda: waiting(api) == 0)

        transport = httpx.ASGITransport(api.app)
        own: Any  # as above
        async with (
            httpx.AsyncClient(transport=transport, event_hooks={"response": [let_after_a_refusal]}) as own,
            anyio.create_task_group() as group,
        ):
            group.start_soon(ask, http, "w " * 90, replies)
            await until(lambda: waiting(api) == 1)
            key = http.headers["Authorization"].removeprefix("Bearer ")
            client = openai.AsyncOpenAI(api_key=key, base_url="http://testserver/v1", http_client=own, max_retries=2)
            reply = await client.embeddings.create(model=MODEL, input="w " * 20)
            assert reply.usage.prompt_tokens == 20
        assert refused == 1

    asking(api, story)


def test_requests_that_come_meanwhile_are_encoded_together(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "first", replies)
            await until(lambda: encoder.begun.acquire(blocking=False))
            for number in range(8):
                group.start_soon(ask, http, f"text {number}", replies)
            await until(lambda: waiting(api) == 9)
            encoder.let.set()
        metrics = (await http.get("/metrics")).text
        assert "codingit_embedding_batch_texts_count 2.0" in metrics
        assert "codingit_embedding_batch_texts_sum 9.0" in metrics
        assert "codingit_embedding_batch_tokens_sum 17.0" in metrics
        assert "codingit_embedding_queue_tokens 0.0" in metrics

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200] * 9


def scope_with(token: str) -> dict[str, Any]:
    """What a server hands on of a request for embeddings."""
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/embeddings",
        "raw_path": b"/v1/embeddings",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


def test_a_client_that_leaves_takes_its_texts_along(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    token = token_of(api.sign_up())
    scope = scope_with(token)
    body = b'{"model": "stub", "input": ["w w w", "w"]}'
    sent: list[Any] = []

    async def story() -> None:
        gone = anyio.Event()
        received = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if received:
                return received.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        async with anyio.create_task_group() as group:
            group.start_soon(api.app, scope, receive, send)
            await until(lambda: encoder.begun.acquire(blocking=False))
            assert waiting(api) == 1
            gone.set()
        assert waiting(api) == 0

    anyio.run(story)
    # Answered to nobody, and not failed because the encoder gave up waiting.
    assert sent[0]["status"] == 204
    assert queue_of(api.app).state().tokens == 0


def test_a_client_that_leaves_while_its_request_is_prepared_is_not_waited_for(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    scope = scope_with(token_of(api.sign_up()))
    # Too long to be prepared at once: the door hears of the leaving before there is anything to wait for.
    body = json.dumps({"model": "stub", "input": "w " * AT_ONCE_CHARACTERS, "truncate": True}).encode()
    received = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def story() -> None:
        # A guard against waiting for ever: the encoder is let go only when the test is over.
        with anyio.fail_after(30):
            await api.app(scope, receive, send)
        assert waiting(api) == 0

    anyio.run(story)
    assert not encoder.let.is_set()
    assert sent[0]["status"] == 204
    assert queue_of(api.app).state().tokens == 0


def test_a_service_that_stops_refuses_and_says_when_to_come_back(held: tuple[Api, HeldEncoder]) -> None:
    api, encoder = held
    replies: list[httpx.Response] = []

    async def story(http: httpx.AsyncClient) -> None:
        queue = queue_of(api.app)
        async with anyio.create_task_group() as group:
            group.start_soon(ask, http, "first", replies)
            await until(lambda: encoder.begun.acquire(blocking=False))
            queue.refuse()
            late = await http.post("/v1/embeddings", json={"model": MODEL, "input": "late"})
            encoder.let.set()
        assert late.status_code == 503
        assert int(late.headers["Retry-After"]) >= 1
        assert late.json()["error"]["type"] == "server_error"

    asking(api, story)
    assert [reply.status_code for reply in replies] == [200]
