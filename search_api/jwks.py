"""Which public key may have signed a token: keys of the issuer, given or fetched, each for one algorithm."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from models.errors import UnavailableError

PublicKey = EllipticCurvePublicKey | RSAPublicKey | Ed25519PublicKey
ALGORITHMS = frozenset({"ES256", "RS256", "EdDSA"})
LIFETIME_SECONDS = 600.0
# A forged token can name any key; so seldom may it make us ask the issuer.
LEAST_SECONDS_BETWEEN_FETCHES = 10.0
FETCH_TIMEOUT_SECONDS = 3.0
LARGEST_KEY_SET = 1 << 18
SHORTEST_RSA_BITS = 2048


class KeySource(Protocol):
    """Where public keys come from."""

    def find_key(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """The key of this id for this algorithm; without an id, the only one. Raises UnavailableError."""
        ...


@dataclass(frozen=True, slots=True)
class KnownKey:
    key_id: str | None
    algorithm: str
    key: PublicKey


class GivenKeys:
    """Keys that the settings hold."""

    def __init__(self, document: str) -> None:
        self._keys = parse_keys(json.loads(document))

    def find_key(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        return _pick(self._keys, key_id, algorithm)


class FetchedKeys:
    """Keys at an address: kept for a while, asked for again when a token names an unknown one."""

    def __init__(self, fetch: Callable[[], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: tuple[KnownKey, ...] = ()
        self._fetched_at = float("-inf")
        self._asked_at = float("-inf")

    def find_key(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        # Under the lock, so that many requests at once make one fetch.
        with self._lock:
            now = self._clock()
            may_ask = now - self._asked_at >= LEAST_SECONDS_BETWEEN_FETCHES
            if now - self._fetched_at > LIFETIME_SECONDS:
                if not may_ask:
                    raise UnavailableError("The issuer's keys cannot be fetched.")
                self._refresh(now)
            elif _pick(self._keys, key_id, algorithm) is None and may_ask:
                self._refresh(now)
            return _pick(self._keys, key_id, algorithm)

    def _refresh(self, now: float) -> None:
        self._asked_at = now
        try:
            self._keys = parse_keys(self._fetch())
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError("The issuer's keys cannot be fetched.") from error
        self._fetched_at = now


def fetch_from(url: str, transport: httpx.BaseTransport | None = None) -> Callable[[], object]:
    """A fetch of the key set at `url`; no redirects, since another host is not the one that was configured."""

    def fetch() -> object:
        with (
            httpx.Client(transport=transport, timeout=FETCH_TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"the issuer answered {response.status_code}")
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST_KEY_SET:
                    raise ValueError("the key set is too large")
            return json.loads(bytes(body))

    return fetch


def parse_keys(document: object) -> tuple[KnownKey, ...]:
    """The usable public keys of a key set; others (secrets, encryption keys, weak ones) are left out.

    Raises ValueError when the document is no key set.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("a key set has a list 'keys'")
    keys = (_parse_key(entry) for entry in entries if isinstance(entry, Mapping))
    return tuple(key for key in keys if key is not None)


def _parse_key(entry: Mapping[str, Any]) -> KnownKey | None:
    # A symmetric key in here would let whoever reads the public key set sign tokens.
    if entry.get("kty") not in ("EC", "RSA", "OKP") or entry.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in entry.items() if name != "d"}
    try:
        key = jwt.PyJWK.from_dict(public).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    algorithm = _algorithm_of(key)
    key_id = entry.get("kid")
    if algorithm is None or entry.get("alg", algorithm) != algorithm or not isinstance(key_id, str | None):
        return None
    return KnownKey(key_id, algorithm, key)


def _algorithm_of(key: object) -> str | None:
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    if isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_RSA_BITS:
        return "RS256"
    return "EdDSA" if isinstance(key, Ed25519PublicKey) else None


def _pick(keys: Sequence[KnownKey], key_id: str | None, algorithm: str) -> PublicKey | None:
    fitting = [known for known in keys if known.algorithm == algorithm and key_id in (None, known.key_id)]
    return fitting[0].key if len(fitting) == 1 else None
