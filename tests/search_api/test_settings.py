"""Tests of the settings: read once, checked loudly, never printed with their secrets."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.errors import SetupError
from search_api.settings import Settings, load_or_create_secret, read_settings, variable_of

SECRET = "an example secret of more than 32 bytes"
KEYS = '{"keys": [{"kty": "EC"}]}'


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_of(field), raising=False)


def test_everything_has_a_default() -> None:
    settings = read_settings()

    assert (settings.database_url, settings.host, settings.port) == (None, "127.0.0.1", 8765)
    assert not settings.verifies_tokens


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("CODINGIT_PORT", "9000", "port", 9000),
        ("CODINGIT_DATA_DIR", "/srv/codingit", "data_dir", Path("/srv/codingit")),
        ("CODINGIT_METRICS_ENABLED", "false", "metrics_enabled", False),
        ("CODINGIT_CORS_ORIGINS", "https://a.example, https://b.example/", "cors_origins", ("https://a.example", "https://b.example")),
        ("CODINGIT_LOG_LEVEL", "INFO", "log_level", "info"),
        ("CODINGIT_JWKS_URL", "https://issuer.example/keys", "jwks_url", "https://issuer.example/keys"),
        ("CODINGIT_JWKS_URL", "http://127.0.0.1:9/keys", "jwks_url", "http://127.0.0.1:9/keys"),
        ("CODINGIT_MODEL", "", "model", None),
        ("CODINGIT_MODEL_QUERY_PROMPT", "find:\n ", "model_query_prompt", "find:\n "),
        ("CODINGIT_MODEL_TRUST_REMOTE_CODE", "true", "model_trust_remote_code", True),
        ("CODINGIT_MODEL_THREADS", "2", "model_threads", 2),
        ("CODINGIT_MODEL_PRECISION", "Float32", "model_precision", "float32"),
    ],
)  # fmt: skip
def test_a_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)

    assert getattr(read_settings(), field) == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@db/name"),
        ("CODINGIT_SERVICE_DATABASE_URL", "hunter2"),
        ("CODINGIT_PORT", "hunter2"),
        ("CODINGIT_PORT", "70000"),
        ("CODINGIT_JWT_SECRET", "hunter2"),
        ("CODINGIT_JWKS", "hunter2"),
        ("CODINGIT_JWKS", '{"keys": []}'),
        ("CODINGIT_JWKS_URL", "http://issuer.example/hunter2"),
        ("CODINGIT_JWKS_URL", "file:///hunter2"),
        ("CODINGIT_POOL_MIN_SIZE", "999"),
        ("CODINGIT_LOG_LEVEL", "hunter2"),
        ("CODINGIT_METRICS_ENABLED", "hunter2"),
        ("CODINGIT_MODEL_THREADS", "0"),
        ("CODINGIT_MODEL_BATCH_TOKENS", "0"),
        ("CODINGIT_MODEL_PRECISION", "int8"),
        ("CODINGIT_MODEL_TRUST_REMOTE_CODE", "hunter2"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SetupError) as caught:
        read_settings()

    assert variable in caught.value.detail
    assert "hunter2" not in caught.value.detail


def test_two_sources_of_keys_contradict_each_other() -> None:
    with pytest.raises(SetupError, match="CODINGIT_JWKS and CODINGIT_JWKS_URL"):
        read_settings(jwks=KEYS, jwks_url="https://issuer.example/keys")


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hunter2@db/name")
    monkeypatch.setenv("CODINGIT_JWT_SECRET", SECRET)

    printed = repr(read_settings())

    assert "hunter2" not in printed
    assert SECRET not in printed


def test_settings_are_frozen() -> None:
    settings = read_settings()

    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that it is refused is the point


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"

    first, second = load_or_create_secret(folder), load_or_create_secret(folder)

    assert first.get_secret_value() == second.get_secret_value()
    assert stat.S_IMODE((folder / "jwt_secret").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["jwt_secret"]
    assert len(first.get_secret_value()) >= 43


def test_two_starts_at_once_use_the_same_secret(tmp_path: Path) -> None:
    found: list[str] = []
    barrier = threading.Barrier(8)

    def load() -> None:
        barrier.wait()
        found.append(load_or_create_secret(tmp_path).get_secret_value())

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(found), len(set(found))) == (8, 1)


@pytest.mark.parametrize(("mode", "content"), [(0o644, SECRET), (0o620, SECRET), (0o600, "short"), (0o600, "")])
def test_a_secret_that_others_could_know_is_refused(tmp_path: Path, mode: int, content: str) -> None:
    file = tmp_path / "jwt_secret"
    file.write_text(content)
    file.chmod(mode)

    with pytest.raises(SetupError):
        load_or_create_secret(tmp_path)


def test_every_variable_is_explained_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()

    missing = [variable_of(field) for field in Settings.model_fields if f"| `{variable_of(field)}` |" not in page]

    assert missing == []
