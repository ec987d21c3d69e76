"""Tests of /v1/embeddings and /v1/models with OpenAI's own client: what it sends, and what it makes of the answers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import anyio
import httpx
import numpy as np
import openai
import pytest
from numpy.typing import NDArray

from search_api.auth import Scope
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
