"""Tests of tokens: who is let in, and every way of forging, borrowing or outliving a token that is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from models.caller import Role
from models.errors import ForbiddenError, UnauthenticatedError, UnavailableError
from search_api.auth import (
    LEEWAY_SECONDS,
    MEMORY_SECONDS,
    Authenticator,
    Principal,
    Scope,
    TokenRules,
    hash_api_key,
    make_token,
    read_bearer,
    scopes_of,
)
from search_api.jwks import (
    LEAST_SECONDS_BETWEEN_FETCHES,
    LIFETIME_SECONDS,
    FetchedKeys,
    GivenKeys,
    fetch_from,
    parse_keys,
)
from sql.accounts import ApiKey

SECRET = SecretStr("an example secret of more than 32 bytes")
USER = UUID("00000000-0000-4000-8000-000000000001")
GONE = UUID("00000000-0000-4000-8000-000000000002")
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
# Any: PyJWT takes a union of key classes that it does not export.
PRIVATE: dict[str, Any] = {"RS256": RSA_KEY, "ES256": EC_KEY, "EdDSA": ED_KEY}


@dataclass
class StubAccounts:
    """Knows one user and the keys it is given; counts how often it is asked."""

    keys: dict[str, ApiKey] = field(default_factory=dict)
    asked: int = 0

    def user_exists(self, user_id: UUID) -> bool:
        self.asked += 1
        return user_id == USER

    def find_api_key(self, key_hash: str) -> ApiKey | None:
        self.asked += 1
        return self.keys.get(key_hash)


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def jwk(algorithm: str, **changes: object) -> dict[str, Any]:
    """The public half of a test key, as an issuer publishes it."""
    codec = jwt.get_algorithm_by_name(algorithm)
    public = codec.to_jwk(PRIVATE[algorithm].public_key(), as_dict=True)
    return {**public, "kid": algorithm, "alg": algorithm, "use": "sig", **changes}


def key_set(*entries: Mapping[str, Any]) -> str:
    return json.dumps({"keys": list(entries)})


def claims(**changes: object) -> dict[str, Any]:
    """Valid claims with changes; None leaves a claim out."""
    now = int(time.time())
    valid = {"sub": str(USER), "role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 600}
    return {name: value for name, value in {**valid, **changes}.items() if value is not None}


def sign(algorithm: str = "HS256", key: Any = None, headers: dict[str, Any] | None = None, **changes: object) -> str:
    signer = key or (SECRET.get_secret_value() if algorithm == "HS256" else PRIVATE[algorithm])
    return jwt.encode(claims(**changes), signer, algorithm=algorithm, headers=headers)


def raw_token(header: object, payload: object, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hmac_token(header: dict[str, str], payload: object, key: bytes) -> str:
    """An HS256 token with any key at all, which PyJWT would refuse to sign with."""
    unsigned = raw_token(header, payload).rsplit(".", 1)[0]
    signature = hmac.new(key, unsigned.encode(), hashlib.sha256).digest()
    return unsigned + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def authenticator(
    accounts: StubAccounts | None = None,
    *,
    secret: SecretStr | None = SECRET,
    keys: str | None = None,
    issuer: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Authenticator:
    source = None if keys is None else GivenKeys(keys)
    return Authenticator(accounts or StubAccounts(), TokenRules(secret, source, "authenticated", issuer), clock)


ALL_KEYS = key_set(*(jwk(algorithm) for algorithm in PRIVATE))


def test_a_users_token_names_the_user_and_keeps_its_claims() -> None:
    caller = authenticator().authenticate(sign(app_metadata={"plan": "pro"})).caller

    assert (caller.user_id, caller.role) == (USER, Role.AUTHENTICATED)
    assert json.loads(caller.claims_json())["app_metadata"] == {"plan": "pro"}


@pytest.mark.parametrize("algorithm", sorted(PRIVATE))
def test_a_token_signed_by_a_published_key_is_taken(algorithm: str) -> None:
    token = sign(algorithm, headers={"kid": algorithm})

    assert authenticator(keys=ALL_KEYS).authenticate(token).caller.user_id == USER


def test_a_token_without_a_key_id_is_taken_when_one_key_fits() -> None:
    assert authenticator(keys=ALL_KEYS).authenticate(sign("ES256")).caller.user_id == USER


def test_the_token_that_the_service_makes_is_taken() -> None:
    token = make_token(SECRET, USER, audience="authenticated", issuer="here")

    assert authenticator(issuer="here").authenticate(token).caller.user_id == USER


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


HOUR_AGO, IN_AN_HOUR = int(time.time()) - 3600, int(time.time()) + 3600


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(sign(exp=HOUR_AGO), id="expired"),
        pytest.param(sign(nbf=IN_AN_HOUR), id="not valid yet"),
        pytest.param(sign(iat=IN_AN_HOUR), id="issued in the future"),
        pytest.param(sign(exp=None), id="without expiry"),
        pytest.param(sign(exp="soon"), id="expiry is a word"),
        pytest.param(sign(aud="anon"), id="for another audience"),
        pytest.param(sign(aud=None), id="for no audience"),
        pytest.param(sign(key="another secret, also of more than 32 bytes"), id="signed with another secret"),
        pytest.param(sign()[:-4] + "AAAA", id="with a changed signature"),
        pytest.param(sign("RS256", key=rsa.generate_private_key(65537, 2048), headers={"kid": "RS256"}), id="forged"),
        pytest.param(sign("ES256", headers={"kid": "unknown"}), id="by an unknown key"),
        pytest.param(sign("RS256", headers={"kid": "ES256"}), id="by a key of another algorithm"),
        pytest.param(sign(sub=None), id="without subject"),
        pytest.param(sign(sub="root"), id="subject is no uuid"),
        pytest.param(sign(sub=str(GONE)), id="of a user that does not exist"),
        pytest.param(sign(role="anon"), id="of anon"),
        pytest.param(sign(role="postgres"), id="of a role that is not to be had"),
        pytest.param(sign(role=None), id="without role"),
        pytest.param(sign(note="\x00"), id="with NUL in a claim"),
        pytest.param(sign(note="\ud800"), id="with half a surrogate pair in a claim"),
        pytest.param(raw_token({"alg": "none", "typ": "JWT"}, claims()), id="alg none"),
        pytest.param(raw_token({"alg": "None"}, claims()), id="alg None"),
        pytest.param(raw_token({"alg": ["HS256"]}, claims()), id="alg is a list"),
        pytest.param(raw_token({"typ": "JWT"}, claims()), id="without alg"),
        pytest.param(
            jwt.encode(claims(), SECRET.get_secret_value() * 2, algorithm="HS512"), id="of an algorithm that is off"
        ),
        pytest.param(hmac_token({"alg": "HS256"}, claims(), public_pem(RSA_KEY)), id="the public key as secret"),
        pytest.param(hmac_token({"alg": "HS256"}, claims(), b""), id="an empty secret"),
        pytest.param(raw_token({"alg": "HS256", "crit": ["x"], "x": 1}, claims()), id="with a critical header"),
        pytest.param("e30.e30.e30", id="empty objects"),
        pytest.param("....", id="dots"),
        pytest.param("A" * 9000, id="too long"),
        pytest.param(
            ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b"[" * 5000, b"{}", b"")),
            id="a header nested without end",
        ),
        pytest.param("cik_unknown", id="an unknown API key"),
    ],
)
def test_a_token_that_proves_nothing_is_refused(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticator(keys=ALL_KEYS).authenticate(token)


def test_a_token_of_another_issuer_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        authenticator(issuer="here").authenticate(sign(iss="elsewhere"))


@pytest.mark.parametrize(
    ("secret", "keys", "token"),
    [
        pytest.param(None, ALL_KEYS, sign(), id="HS256 where there is no secret"),
        pytest.param(SECRET, None, sign("RS256"), id="RS256 where there are no keys"),
        pytest.param(None, ALL_KEYS, hmac_token({"alg": "HS256"}, claims(), public_pem(RSA_KEY)), id="confusion"),
        pytest.param(None, None, sign(), id="nothing is configured"),
    ],
)
def test_an_algorithm_that_is_not_configured_is_refused(secret: SecretStr | None, keys: str | None, token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticator(secret=secret, keys=keys).authenticate(token)


@given(st.text(max_size=200) | st.text("abcdefgABC123-_.", max_size=200))
def test_garbage_is_refused_whatever_it_is(garbage: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticator(keys=ALL_KEYS).authenticate(garbage)


def test_clocks_may_differ_a_little() -> None:
    late = int(time.time()) - LEEWAY_SECONDS // 2

    assert authenticator().authenticate(sign(exp=late)).caller.user_id == USER


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param(["Bearer a", "Bearer a"], id="two"),
        pytest.param(["a"], id="no scheme"),
        pytest.param(["Basic dTpw"], id="another scheme"),
        pytest.param(["Bearer "], id="no token"),
        pytest.param(["Bearer a b"], id="two tokens"),
        pytest.param(["Bearer \u00fc"], id="not ASCII"),
        pytest.param([""], id="empty"),
    ],
)
def test_a_header_that_is_no_bearer_token_is_refused(headers: list[str]) -> None:
    with pytest.raises(UnauthenticatedError):
        read_bearer(headers)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_the_scheme_is_read_in_any_case(header: str) -> None:
    assert read_bearer([header]) == "abc"


def test_the_services_own_token_is_no_user() -> None:
    principal = authenticator().authenticate(sign(role="service_role", sub=None))

    with pytest.raises(ForbiddenError):
        principal.require_user(Scope.SEARCH)


def key_of(permissions: object) -> StubAccounts:
    return StubAccounts({hash_api_key("cik_a"): ApiKey(uuid4(), USER, permissions)})


def may(principal: Principal, scope: Scope) -> bool:
    try:
        principal.require_user(scope)
    except ForbiddenError:
        return False
    return True


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ({}, set(Scope)),
        (None, set(Scope)),
        ({"scopes": ["search"]}, {Scope.SEARCH}),
        ({"scopes": ["files:read", "files:write", "no such"]}, {Scope.READ_FILES, Scope.WRITE_FILES}),
        ({"scopes": []}, set()),
        ({"scopes": "search"}, set()),
        ({"scope": ["search"]}, set()),
        (["search"], set()),
        ({"scopes": [["search"], None, 1]}, set()),
    ],
)
def test_an_api_key_may_what_its_permissions_say(permissions: object, allowed: set[Scope]) -> None:
    principal = authenticator(key_of(permissions)).authenticate("cik_a")

    assert principal.caller.user_id == USER
    assert {scope for scope in Scope if may(principal, scope)} == allowed


def test_a_users_token_is_not_limited_by_scopes() -> None:
    principal = authenticator().authenticate(sign(scopes=[]))

    assert {scope for scope in Scope if may(principal, scope)} == set(Scope)
    assert scopes_of({}) is None


@pytest.mark.parametrize("token", [sign(), "cik_a"])
def test_who_was_let_in_is_remembered_for_moments_only(token: str) -> None:
    clock, accounts = Clock(), key_of({})
    door = authenticator(accounts, clock=clock)

    before = door.recall(token)
    admitted = door.authenticate(token)
    clock.now += MEMORY_SECONDS - 0.1
    soon = door.recall(token)
    clock.now += 0.2

    assert (before, soon, door.recall(token)) == (None, admitted, None)
    assert accounts.asked == 1


def test_a_refusal_is_not_remembered() -> None:
    accounts = StubAccounts()
    door = authenticator(accounts)

    for _ in range(2):
        with pytest.raises(UnauthenticatedError):
            door.authenticate("cik_a")

    assert accounts.asked == 2
    assert door.recall("cik_a") is None


def test_memory_ends_with_the_token() -> None:
    clock = Clock(time.time())
    token = sign(exp=int(clock.now) + 2 - LEEWAY_SECONDS)
    door = authenticator(clock=clock)

    door.authenticate(token)
    clock.now += 3

    assert door.recall(token) is None


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"kty": "oct", "k": base64.urlsafe_b64encode(b"a" * 32).decode(), "alg": "HS256"}, id="a secret"),
        pytest.param(jwk("RS256", use="enc"), id="for encryption"),
        pytest.param(jwk("RS256", alg="RS512"), id="for another algorithm"),
        pytest.param(jwk("ES256", kid=7), id="with a number for an id"),
        pytest.param({"kty": "RSA"}, id="incomplete"),
        pytest.param({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "small"}, id="a short RSA key"),
        pytest.param("text", id="no object"),
    ],
)
def test_keys_that_may_not_sign_are_left_out(entry: Any) -> None:
    assert [key.algorithm for key in parse_keys({"keys": [entry, jwk("ES256")]})] == ["ES256"]


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, "keys"])
def test_what_is_no_key_set_is_an_error(document: object) -> None:
    with pytest.raises(ValueError, match="key set"):
        parse_keys(document)


@dataclass
class Issuer:
    """Publishes keys, unless it is down; counts how often it is asked."""

    entries: list[Any]
    fails: bool = False
    asked: int = 0

    def __call__(self) -> object:
        self.asked += 1
        if self.fails:
            raise httpx.ConnectTimeout("down")
        return {"keys": self.entries}


def test_fetched_keys_are_kept_for_their_lifetime() -> None:
    issuer, clock = Issuer([jwk("ES256")]), Clock()
    keys = FetchedKeys(issuer, clock)

    found = [keys.find_key("ES256", "ES256") for _ in range(3)]
    asked_early = issuer.asked
    clock.now += LIFETIME_SECONDS + 1
    keys.find_key("ES256", "ES256")

    assert None not in found
    assert (asked_early, issuer.asked) == (1, 2)


def test_an_unknown_key_id_asks_again_but_seldom() -> None:
    issuer, clock = Issuer([jwk("ES256")]), Clock()
    keys = FetchedKeys(issuer, clock)
    keys.find_key("ES256", "ES256")

    unknown = [keys.find_key(f"made up {number}", "ES256") for number in range(5)]
    asked_at_once = issuer.asked
    issuer.entries.append(jwk("ES256", kid="rotated"))
    clock.now += LEAST_SECONDS_BETWEEN_FETCHES
    rotated = keys.find_key("rotated", "ES256")

    assert unknown == [None] * 5
    assert (asked_at_once, issuer.asked) == (1, 2)
    assert rotated is not None


def test_no_keys_means_nobody_comes_in_and_recovers_by_itself() -> None:
    issuer, clock = Issuer([jwk("ES256")], fails=True), Clock()
    rules = TokenRules(SECRET, FetchedKeys(issuer, clock), "authenticated")
    door = Authenticator(StubAccounts(), rules, clock)
    token = sign("ES256", headers={"kid": "ES256"})

    for _ in range(3):
        with pytest.raises(UnavailableError):
            door.authenticate(token)
    asked_while_down = issuer.asked
    issuer.fails = False
    clock.now += LEAST_SECONDS_BETWEEN_FETCHES

    assert asked_while_down == 1
    assert door.authenticate(token).caller.user_id == USER


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.Response(500), id="an error"),
        pytest.param(httpx.Response(302, headers={"Location": "https://elsewhere.example/keys"}), id="a redirect"),
        pytest.param(httpx.Response(200, content=b"<html>"), id="no JSON"),
        pytest.param(httpx.Response(200, content=b"[]"), id="no key set"),
        pytest.param(httpx.Response(200, content=b" " * (1 << 19)), id="too much"),
    ],
)
def test_an_issuer_that_answers_nonsense_counts_as_down(answer: httpx.Response) -> None:
    transport = httpx.MockTransport(lambda request: answer)
    keys = FetchedKeys(fetch_from("https://issuer.example/keys", transport))

    with pytest.raises(UnavailableError):
        keys.find_key("a", "ES256")


def test_keys_are_fetched_over_http() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"keys": [jwk("EdDSA")]}))
    keys = FetchedKeys(fetch_from("https://issuer.example/keys", transport))

    assert keys.find_key("EdDSA", "EdDSA") is not None
