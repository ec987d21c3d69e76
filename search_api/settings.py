"""What can be set from outside, read from the environment once and frozen."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import SetupError
from search_api.data_dir import default_data_dir

PREFIX = "CODINGIT_"
SECRET_FILE = "jwt_secret"  # noqa: S105 - the name of a file
# RFC 7518, section 3.2: a key for HS256 has at least the size of the hash.
SHORTEST_SECRET = 32


def _refuse_short(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().encode()) < SHORTEST_SECRET:
        raise ValueError(f"a secret for HS256 has at least {SHORTEST_SECRET} bytes")
    return secret


def _refuse_other_schemes(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in ("postgres", "postgresql"):
        raise ValueError("a database is named like postgresql://user:password@host:5432/name")
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_refuse_other_schemes)]


class Settings(BaseSettings):
    """One field a variable: `CODINGIT_` and the field's name in capitals (but `DATABASE_URL`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: DatabaseUrl | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL >= 15 with pgvector >= 0.8, as the role that owns the schema. Unset: embedded server.",
    )
    service_database_url: DatabaseUrl | None = Field(
        None, description="The same database as the login role of API and worker. Unset: DATABASE_URL."
    )
    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded server and the local secret live."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address that the API listens on.")
    port: int = Field(8765, ge=0, le=65535, description="Port that the API listens on; 0 takes a free one.")

    jwt_secret: Annotated[SecretStr, AfterValidator(_refuse_short)] | None = Field(
        None, description="Shared secret of HS256 tokens. Unset: HS256 is refused ('up' makes a secret of its own)."
    )
    jwks_url: str | None = Field(None, description="Address of the issuer's public keys, for ES256, RS256 and EdDSA.")
    jwks: str | None = Field(None, description="The public keys themselves, as JSON; instead of the address.")
    jwt_audience: str = Field("authenticated", min_length=1, description="The audience that a token must name.")
    jwt_issuer: str | None = Field(None, description="The issuer that a token must name. Unset: any.")

    model: str | None = Field(None, description="Name or folder of a model. Unset: the default one.")
    model_dimensions: int | None = Field(None, ge=8, le=2000, description="Cut vectors to this many dimensions.")
    model_query_prompt: str | None = Field(None, description="Put before each query. Unset: the model's own.")
    model_document_prompt: str | None = Field(None, description="Put before each chunk. Unset: the model's own.")
    model_trust_remote_code: bool = Field(False, description="Let a model run the code that comes with it.")
    model_device: str = Field("cpu", min_length=1, description="Where a model computes, as PyTorch names it.")
    model_threads: int | None = Field(None, ge=1, le=1024, description="Threads of PyTorch in each process.")
    model_batch_tokens: int = Field(2048, ge=1, le=10_000_000, description="Most tokens that are encoded at once.")
    model_precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="What a model computes in; auto is bfloat16 where that is fast and exact enough."
    )

    reranker: str | None = Field(None, description="Name or folder of a cross-encoder for the last step. Unset: none.")

    embeddings_aliases: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated names under which /v1/embeddings also offers the model."
    )
    embeddings_request_tokens: int = Field(
        300_000, ge=1, le=100_000_000, description="Most tokens of one request for embeddings."
    )
    embeddings_queue_tokens: int = Field(
        600_000, ge=1, le=100_000_000, description="Most tokens that wait to be embedded; more are refused with 429."
    )

    max_body_bytes: int = Field(32 << 20, ge=1024, le=1 << 30, description="Largest request body.")
    max_query_chars: int = Field(4096, ge=1, le=100_000, description="Longest query of a search.")
    max_results: int = Field(100, ge=1, le=1000, description="Most results that one search may ask for.")
    statement_timeout_ms: int = Field(10_000, ge=1, le=600_000, description="Longest statement in the database.")
    pool_min_size: int = Field(2, ge=0, le=1000, description="Database connections that are kept open.")
    pool_max_size: int = Field(10, ge=1, le=1000, description="Most database connections of one process.")
    pool_timeout_ms: int = Field(3_000, ge=1, le=60_000, description="Longest wait for a database connection.")

    metrics_enabled: bool = Field(True, description="Whether /metrics answers, to anyone.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated origins whose pages may call the API; '*' for all."
    )
    public_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated names by which /mcp is reached, besides localhost and numbers; '*' for all."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("cors_origins", "public_hosts", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())
        return value

    @field_validator("embeddings_aliases", mode="before")
    @classmethod
    def _split_aliases(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(alias.strip() for alias in value.split(",") if alias.strip())
        return value

    @field_validator("log_level", "model_precision", mode="before")
    @classmethod
    def _lower_level(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("jwks_url")
    @classmethod
    def _refuse_plain_http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        # Whoever can change the keys on their way can sign as anybody.
        if not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            raise ValueError("keys are fetched over https (http from this machine only)")
        return value

    @field_validator("jwks")
    @classmethod
    def _refuse_no_key_set(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            document = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"not JSON: {error.msg}") from None
        if not (isinstance(document, dict) and isinstance(document.get("keys"), list) and document["keys"]):
            raise ValueError("a key set looks like {'keys': [...]} and holds a key")
        return value

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if self.jwks is not None and self.jwks_url is not None:
            raise ValueError(f"{PREFIX}JWKS and {PREFIX}JWKS_URL exclude each other")
        if self.pool_min_size > self.pool_max_size:
            raise ValueError(f"{PREFIX}POOL_MIN_SIZE is larger than {PREFIX}POOL_MAX_SIZE")
        return self

    @property
    def verifies_tokens(self) -> bool:
        return any(value is not None for value in (self.jwt_secret, self.jwks, self.jwks_url))


def variable_of(field: str) -> str:
    """The environment variable that sets a field."""
    return "DATABASE_URL" if field in ("database_url", "DATABASE_URL") else PREFIX + field.upper()


def read_settings(**overrides: object) -> Settings:
    """The settings of this process; raises SetupError that names each wrong variable and never a secret's value."""
    named = {("DATABASE_URL" if name == "database_url" else name): value for name, value in overrides.items()}
    try:
        return Settings(**named)  # type: ignore[arg-type]  # pydantic checks what mypy cannot know of
    except ValidationError as error:
        raise SetupError(
            "; ".join(_complaint(item) for item in error.errors(include_input=False, include_url=False)),
            hint="Set or unset these variables; docs/settings.md lists them all.",
        ) from None


def load_or_create_secret(data_dir: Path) -> SecretStr:
    """The secret of a service that was given none: made at first, then kept in `data_dir` for its owner alone.

    Raises SetupError when others could have read it.
    """
    path = data_dir / SECRET_FILE
    if not path.exists():
        _create_secret(path)
    mode = path.stat().st_mode
    if mode & 0o077:
        raise SetupError(
            f"Other users may read {path}.", hint="Delete the file (tokens made so far end) or set CODINGIT_JWT_SECRET."
        )
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < SHORTEST_SECRET:
        raise SetupError(f"{path} is damaged.", hint="Delete the file; the next start makes a new one.")
    return SecretStr(secret)


def _create_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name first: of two processes that start at once, both use the first one's secret.
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{SECRET_FILE}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        Path(scratch).unlink(missing_ok=True)


def _complaint(error: Mapping[str, object]) -> str:
    location = error.get("loc")
    message = str(error.get("msg", "")).removeprefix("Value error, ")
    if isinstance(location, tuple) and location:
        return f"{variable_of(str(location[0]))}: {message}"
    return message
