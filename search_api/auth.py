"""Who asks: a bearer token, JWT or API key, becomes a caller with what it may do, or is refused."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import jwt  # PyJWT: maintained, typed, and takes its algorithms from the verifier instead of the token
from pydantic import SecretStr

from models.caller import Caller, Role
from models.errors import ForbiddenError, UnauthenticatedError
from search_api.jwks import ALGORITHMS, FetchedKeys, GivenKeys, KeySource, fetch_from
from search_api.settings import Settings
from sql.accounts import ApiKey

API_KEY_PREFIX = "cik_"
# The claim by which the database knows that a key asks, and which.
API_KEY_CLAIM = "api_key_id"
LONGEST_TOKEN = 8192
LEEWAY_SECONDS = 10
# How long a deleted user or a revoked key may still be let in; it saves a round trip a request.
MEMORY_SECONDS = 5.0
MOST_REMEMBERED = 10_000


class Scope(StrEnum):
    """What an API key can be limited to."""

    SEARCH = "search"
    READ_PROJECTS = "projects:read"
    WRITE_PROJECTS = "projects:write"
    READ_FILES = "files:read"
    WRITE_FILES = "files:write"
    READ_CHATS = "chats:read"
    WRITE_CHATS = "chats:write"
    READ_TASKS = "tasks:read"
    WRITE_TASKS = "tasks:write"
    EMBED = "embed"
    READ_TEAMS = "teams:read"
    WRITE_TEAMS = "teams:write"
    READ_KEYS = "keys:read"
    WRITE_KEYS = "keys:write"


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller; `scopes` is None where nothing limits it."""

    caller: Caller
    scopes: frozenset[str] | None = None

    def may(self, scope: Scope) -> bool:
        """Whether nothing keeps the caller from this."""
        return self.scopes is None or scope in self.scopes

    def require_user(self, *scopes: Scope) -> Caller:
        """The caller as a signed-in user who may do this by any of the scopes; raises ForbiddenError."""
        if self.caller.role is not Role.AUTHENTICATED or self.caller.user_id is None:
            raise ForbiddenError(
                "This route acts for a user, and the token is the service's.", hint="Send a user's token."
            )
        if self.scopes is not None and self.scopes.isdisjoint(scopes):
            raise ForbiddenError(
                f"The API key lacks the scope {scopes[0].value!r}.", hint="Make a key with this scope, or with all."
            )
        return self.caller


class Accounts(Protocol):
    """What the database knows of callers."""

    def user_exists(self, user_id: UUID) -> bool: ...

    def find_api_key(self, key_hash: str) -> ApiKey | None: ...


@dataclass(frozen=True, slots=True)
class TokenRules:
    """How a JWT proves who asks. Each algorithm has its own kind of key, so a public key never serves as a secret."""

    secret: SecretStr | None
    keys: KeySource | None
    audience: str
    issuer: str | None = None

    def verify(self, token: str) -> Mapping[str, Any]:
        """The token's claims; raises UnauthenticatedError, or UnavailableError when the keys cannot be had."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key_id = header.get("alg"), header.get("kid")
            key = self._key_for(algorithm, key_id)
            claims = jwt.decode(
                token,
                key,  # type: ignore[arg-type]  # PyJWT names its own union of the same key classes
                algorithms=[str(algorithm)],
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "aud"]},
            )
            _refuse_unstorable(claims)
        except jwt.ExpiredSignatureError:
            raise UnauthenticatedError("The token has expired.") from None
        # RecursionError: nested JSON in a header that nobody has signed.
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
            raise UnauthenticatedError("The token is not valid.") from None
        return claims

    def _key_for(self, algorithm: object, key_id: object) -> object:
        if algorithm == "HS256" and self.secret is not None:
            return self.secret.get_secret_value()
        if isinstance(algorithm, str) and algorithm in ALGORITHMS and self.keys is not None:
            key = self.keys.find_key(key_id if isinstance(key_id, str) else None, algorithm)
            if key is not None:
                return key
        raise UnauthenticatedError("The token is not signed by a key of this service.")


@dataclass(slots=True)
class Authenticator:
    """Tokens to principals, with a short memory of those that were let in."""

    accounts: Accounts
    rules: TokenRules
    clock: Callable[[], float] = time.time
    _memory: dict[bytes, tuple[float, Principal]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, token: str) -> Principal | None:
        """A token that was let in moments ago; never blocks."""
        with self._lock:
            until, principal = self._memory.get(_digest(token), (float("-inf"), None))
        return principal if self.clock() < until else None

    def authenticate(self, token: str) -> Principal:
        """Who the token stands for. Blocks. Raises UnauthenticatedError, ForbiddenError, UnavailableError."""
        if len(token) > LONGEST_TOKEN:
            raise UnauthenticatedError("The token is too long.")
        if token.startswith(API_KEY_PREFIX):
            principal, until = self._authenticate_key(token)
        else:
            principal, until = self._authenticate_jwt(token)
        self._remember(token, principal, until)
        return principal

    def forget_key(self, key_id: UUID) -> None:
        """Let a key in no more without asking the database: it has been revoked."""
        with self._lock:
            remembered = list(self._memory.items())
            for digest, (_, principal) in remembered:
                if principal.caller.claims.get(API_KEY_CLAIM) == str(key_id):
                    del self._memory[digest]

    def _authenticate_jwt(self, token: str) -> tuple[Principal, float]:
        claims = self.rules.verify(token)
        caller = caller_of(claims)
        if caller.user_id is not None and not self.accounts.user_exists(caller.user_id):
            raise UnauthenticatedError("The token's user does not exist.")
        return Principal(caller), float(claims["exp"]) + LEEWAY_SECONDS

    def _authenticate_key(self, token: str) -> tuple[Principal, float]:
        key = self.accounts.find_api_key(hash_api_key(token))
        if key is None:
            raise UnauthenticatedError("The API key is unknown, revoked or expired.")
        caller = Caller(key.user_id, Role.AUTHENTICATED, {API_KEY_CLAIM: str(key.id)})
        return Principal(caller, scopes_of(key.permissions)), float("inf")

    def _remember(self, token: str, principal: Principal, until: float) -> None:
        with self._lock:
            if len(self._memory) >= MOST_REMEMBERED:
                # Oldest first: dicts keep the order of insertion.
                del self._memory[next(iter(self._memory))]
            digest = _digest(token)
            self._memory.pop(digest, None)
            self._memory[digest] = (min(until, self.clock() + MEMORY_SECONDS), principal)


def make_authenticator(settings: Settings, accounts: Accounts) -> Authenticator:
    keys: KeySource | None = None
    if settings.jwks is not None:
        keys = GivenKeys(settings.jwks)
    elif settings.jwks_url is not None:
        keys = FetchedKeys(fetch_from(settings.jwks_url))
    return Authenticator(
        accounts, TokenRules(settings.jwt_secret, keys, settings.jwt_audience, settings.jwt_issuer or None)
    )


def make_token(
    secret: SecretStr, user_id: UUID, *, audience: str, issuer: str | None = None, lifetime_seconds: int = 3600
) -> str:
    """A user's JWT, signed with the shared secret: for a local service and for tests."""
    return _sign(secret, {"sub": str(user_id), "role": "authenticated"}, audience, issuer, lifetime_seconds)


def make_service_token(
    secret: SecretStr, *, audience: str, issuer: str | None = None, lifetime_seconds: int = 3600
) -> str:
    """The service role's JWT, signed with the shared secret."""
    return _sign(secret, {"role": Role.SERVICE.value}, audience, issuer, lifetime_seconds)


def read_bearer(headers: Sequence[str]) -> str:
    """The token of the request's Authorization headers, of which there is exactly one."""
    if not headers:
        raise UnauthenticatedError("The request has no Authorization header.")
    if len(headers) > 1:
        raise UnauthenticatedError("The request has more than one Authorization header.")
    scheme, _, token = headers[0].strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or token.split() != [token] or not token.isascii():
        raise UnauthenticatedError("The Authorization header does not read 'Bearer <token>'.")
    return token


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """The caller that verified claims name; anon tokens are no caller here."""
    role, subject = claims.get("role"), claims.get("sub")
    if role == Role.SERVICE:
        return Caller(None, Role.SERVICE)
    if role != Role.AUTHENTICATED:
        raise UnauthenticatedError("The token's role is neither 'authenticated' nor 'service_role'.")
    try:
        user_id = UUID(subject if isinstance(subject, str) else "")
    except ValueError:
        raise UnauthenticatedError("The token's subject is not a user's id.") from None
    return Caller(user_id, Role.AUTHENTICATED, claims)


def hash_api_key(key: str) -> str:
    """What is stored of a key; keys are 256 random bits, so a slow hash would protect nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def scopes_of(permissions: object) -> frozenset[str] | None:
    """The scopes of a key's permissions; None for no limit. Permissions that cannot be read allow nothing."""
    if permissions is None or permissions == {}:
        return None
    scopes = permissions.get("scopes") if isinstance(permissions, Mapping) else None
    if not isinstance(scopes, list):
        return frozenset()
    return frozenset(scope for scope in scopes if isinstance(scope, str))


def _sign(secret: SecretStr, who: Mapping[str, str], audience: str, issuer: str | None, lifetime_seconds: int) -> str:
    now = int(time.time())
    claims = {**who, "aud": audience, "iat": now, "exp": now + lifetime_seconds}
    if issuer is not None:
        claims["iss"] = issuer
    return jwt.encode(claims, secret.get_secret_value(), algorithm="HS256")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _refuse_unstorable(claims: Mapping[str, Any]) -> None:
    # PostgreSQL reads the claims as jsonb, which holds neither NUL nor half a surrogate pair.
    text = json.dumps(claims, ensure_ascii=False)
    text.encode()
    if "\\u0000" in text:
        raise ValueError("a claim holds a NUL character")
