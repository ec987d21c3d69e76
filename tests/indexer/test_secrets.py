"""Which secrets are kept out, and what is left alone. Every fake secret here is put together when the test runs."""

from __future__ import annotations

import random
import string

import pytest

from indexer.secrets import MASK, SecretKind, mask_secrets, secret_name_reason

_DICE = random.Random(7)


def fake(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "a1B" + "".join(_DICE.choices(alphabet, k=length - 3))


def fake_hex(length: int) -> str:
    return "".join(_DICE.choices("0123456789abcdef", k=length))


UPPER = string.ascii_uppercase + string.digits
JWT = f"eyJ{fake(30)}.eyJ{fake(60)}.{fake(43)}"
PASSWORD = "Tr0ub4dor" + "&3"


@pytest.mark.parametrize(
    "path",
    [
        ".env", "a/.env", ".env.local", ".env.production", "prod.env", "id_rsa", "keys/ID_ED25519", "server.pem",
        "tls.key", "a.p12", "a.pfx", "release.keystore", "a.jks", ".netrc", ".pgpass", ".pypirc", ".htpasswd",
        ".git-credentials", "credentials", ".aws/credentials", ".aws/config", "credentials.json", ".kube/config",
        "service-account-prod.json", "secrets.yaml", "terraform.tfstate", "prod.tfvars",
    ],
)  # fmt: skip
def test_files_that_hold_secrets_are_left_out_by_name(path: str) -> None:
    assert secret_name_reason(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        ".env.example", ".env.sample", "env.py", "a/environment.ts", "id_rsa.pub", "secrets.py", "credentials.py",
        "config", "src/config/config.json", "keys.ts", "keyboard.key.ts", "prod.tfvars.example", "pem.go", ".npmrc",
        "credentials.example.json", "tokens.json",
    ],
)  # fmt: skip
def test_files_that_only_sound_like_it_are_kept(path: str) -> None:
    assert secret_name_reason(path) is None


SECRETS = [
    (SecretKind.AWS, "key = '{}'", "AKIA" + "Q" + fake(15, UPPER).upper()),
    (SecretKind.GITHUB, "token: {}", "gh" + "p_" + fake(36)),
    (SecretKind.GITHUB, "git clone https://{}@github.com/a/b", "github_" + "pat_" + fake(60)),
    (SecretKind.GITLAB, "curl -H 'PRIVATE-TOKEN: {}'", "gl" + "pat-" + fake(20)),
    (SecretKind.SLACK, '"{}"', "xo" + "xb-" + "2387492834-" + fake(24)),
    (SecretKind.STRIPE, "stripe.Client('{}')", "sk_" + "live_" + fake(24)),
    (SecretKind.OPENAI, "OpenAI('{}')", "sk-" + "proj-" + fake(48)),
    (SecretKind.ANTHROPIC, "Client({!r})", "sk-" + "ant-api03-" + fake(80)),
    (SecretKind.GOOGLE, "?key={}&q=1", "AI" + "za" + fake(35)),
    (SecretKind.PACKAGE_REGISTRY, "//registry.npmjs.org/:_authToken={}", fake(40)),
    (SecretKind.PACKAGE_REGISTRY, "upload {}", "np" + "m_" + fake(36)),
    (SecretKind.SERVICE_TOKEN, "login {}", "h" + "f_" + fake(34)),
    (SecretKind.JWT, "Cookie: session={}", JWT),
    (SecretKind.CONNECTION_STRING, "postgresql://app:{}@db.internal:5432/app", fake(12)),
    (SecretKind.CONNECTION_STRING, "redis://:{}@cache/0", fake(12)),
    (SecretKind.AUTHORIZATION, "Authorization: Bearer {}", fake(40)),
    (SecretKind.ASSIGNED_VALUE, "API_KEY={}", fake(32)),
    (SecretKind.ASSIGNED_VALUE, "export APP_SECRET_KEY='{}'", fake(40)),
    (SecretKind.ASSIGNED_VALUE, 'const apiKey = "{}";', fake(32)),
    (SecretKind.ASSIGNED_VALUE, '  "client_secret": "{}",', fake(32)),
    (SecretKind.ASSIGNED_VALUE, "auth_token: str = '{}'", fake_hex(40)),
    (SecretKind.ASSIGNED_VALUE, "access_token: {}", fake(40)),
    (SecretKind.ASSIGNED_VALUE, "settings['password'] = '{}'", PASSWORD),
    (SecretKind.ASSIGNED_VALUE, "DB_PASSWORD={}", PASSWORD),
    (SecretKind.ASSIGNED_VALUE, '<add key="x" secret="{}" />', fake(32)),
]


@pytest.mark.parametrize(("kind", "around", "secret"), SECRETS)
def test_a_secret_value_is_masked_and_the_text_around_it_stays(kind: SecretKind, around: str, secret: str) -> None:
    text = f"before\r\n{around.format(secret)}\nafter"

    masked = mask_secrets(text)

    assert secret not in masked.text
    assert masked.text == text.replace(secret, MASK)
    assert (masked.count, masked.kinds) == (1, (kind,))


@pytest.mark.parametrize(
    ("newline", "ended"), [("\n", True), ("\n", False), ("\r\n", True), ("\r\n", False), ("\\n", True)]
)
def test_the_lines_of_a_private_key_are_masked_one_by_one(newline: str, ended: bool) -> None:
    body = [fake(64) for _ in range(5)]
    lines = ["-----BEGIN RSA " + "PRIVATE KEY-----", *body, *(["-----END RSA " + "PRIVATE KEY-----"] if ended else [])]
    text = "x = '" + newline.join(lines) + "'\nafter = 1\n"

    masked = mask_secrets(text)

    assert not [line for line in body if line in masked.text]
    assert masked.text.count("\n") == text.count("\n")
    assert masked.text.endswith("after = 1\n")
    assert masked.kinds == (SecretKind.PRIVATE_KEY,)


@pytest.mark.parametrize(
    "text",
    [
        "password = 'changeme'",
        "API_KEY=<token>",
        "api_key: your-api-key-goes-here-123456",
        "api_key = os.environ['API_KEY_2']",
        "const token = process.env.AUTH_TOKEN_V2;",
        "token = settings.auth.token_store2",
        "password = getpass.getpass('Password: ')",
        "password: z.string().min(8),",
        "secret = '${SECRET_FROM_VAULT_1}'",
        "token_type = 'bearer'",
        "tokenizer = 'cl100k_base_model_v2'",
        "error: 'password_must_have_8_characters'",
        "const passwordFieldSelector = '#login-form-password2'",
        "Authorization: Bearer <token>",
        "Use bearer authentication-for-internal-services1",
        "https://user:password@example.com/",
        "postgres://postgres:postgres@localhost/test",
        "git@github.com:owner/repo.git",
        "http://localhost:3000/@scope/package",
        f'"integrity": "sha512-{fake(86)}=="',
        f"checksum = '{fake_hex(64)}'",
        "token_id = '123e4567-e89b-12d3-a456-426614174000'",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "sk-" + "x" * 48,
        "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END " + "PRIVATE KEY-----",
        "if '-----BEGIN " + "PRIVATE KEY-----' in text: raise ValueError(text)",
        "def mask_password(value: str) -> str:\n    return '*' * len(value)\n",
        "",
    ],
)
def test_placeholders_references_hashes_and_code_are_left_alone(text: str) -> None:
    masked = mask_secrets(text)

    assert masked.text == text
    assert (masked.count, masked.kinds) == (0, ())


def test_masking_twice_changes_nothing_more() -> None:
    text = "\n".join(around.format(secret) for _, around, secret in SECRETS)
    once = mask_secrets(text)

    twice = mask_secrets(once.text)

    assert once.count == len(SECRETS)
    assert (twice.text, twice.count) == (once.text, 0)


def test_several_secrets_of_a_line_are_counted() -> None:
    masked = mask_secrets(f"{'gh' + 'p_' + fake(36)} {'gh' + 'o_' + fake(36)} {JWT}")

    assert masked.text == f"{MASK} {MASK} {MASK}"
    assert (masked.count, masked.kinds) == (3, (SecretKind.GITHUB, SecretKind.JWT))
