"""Which files hold secrets by their name, and which values inside other files are secrets and are masked."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

# What stands where a secret stood. Its brackets are in no pattern's alphabet, so that masking twice changes nothing.
MASK = "[masked]"

# A table of our own: detect-secrets takes 2.4 s a MB against 0.18 here, looks at single lines (of a private key it
# finds the first), gives values without positions, and 18 of its 19 findings in an eighth of the evaluation's sources
# are wrong; each of the 6 findings of this table in all of them has the form of a secret.

_EXAMPLE_NAMES = ("example", "sample", "template", "dist", "defaults", "tpl")

_SECRET_NAMES = {
    "environment file": (".env", ".env.*", "*.env", ".flaskenv"),
    "private key": ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk",
                    "*.pem", "*.key", "*.ppk"),
    "key store": ("*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ovpn"),
    "credentials file": (
        ".netrc", "_netrc", ".pypirc", ".pgpass", ".htpasswd", ".git-credentials", ".dockercfg", ".s3cfg", ".boto",
        ".vault-token", "credentials", "credentials.json", "client_secret*.json", "service-account*.json",
        "service_account*.json", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml", "kubeconfig",
    ),
    "state or variables of terraform": ("*.tfstate", "*.tfstate.backup", "*.tfvars"),
}  # fmt: skip
_SECRET_PATHS = (".kube/config", ".docker/config.json", ".aws/config")


class SecretKind(StrEnum):
    """What was masked."""

    PRIVATE_KEY = "private_key"
    AWS = "aws"
    GITHUB = "github"
    GITLAB = "gitlab"
    SLACK = "slack"
    STRIPE = "stripe"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    PACKAGE_REGISTRY = "package_registry"
    SERVICE_TOKEN = "service_token"  # noqa: S105
    JWT = "jwt"
    CONNECTION_STRING = "connection_string"
    AUTHORIZATION = "authorization"
    ASSIGNED_VALUE = "assigned_value"


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text without its secrets, line for line the same; `kinds` in the order of their names."""

    text: str
    count: int
    kinds: tuple[SecretKind, ...]


def secret_name_reason(path: str) -> str | None:
    """Why a file is taken for a secret by its path alone, or None."""
    lowered = path.lower()
    name = lowered.rsplit("/", 1)[-1]
    if any(lowered == secret or lowered.endswith("/" + secret) for secret in _SECRET_PATHS):
        return "credentials file"
    if set(re.split(r"[._-]", name)) & set(_EXAMPLE_NAMES):
        return None
    return next(
        (kind for kind, globs in _SECRET_NAMES.items() if any(fnmatchcase(name, glob) for glob in globs)),
        None,
    )


def mask_secrets(text: str) -> MaskedText:
    """The text with each secret value replaced by MASK; the number of lines never changes."""
    found: Counter[SecretKind] = Counter()
    lowered: str | None = None
    for rule in _RULES:
        if rule.ignores_case and lowered is None:
            lowered = text.lower()
        haystack = lowered if rule.ignores_case and lowered is not None else text
        if any(hint in haystack for hint in rule.hints):
            text = rule.pattern.sub(_replacer(rule, found), text)
    return MaskedText(text, found.total(), tuple(sorted(found)))


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: SecretKind
    hints: tuple[str, ...]  # none of them in the text: the pattern need not be tried
    pattern: re.Pattern[str]  # the group "secret" is the value; without one it is the whole match
    is_secret: Callable[[re.Match[str], str], bool]
    ignores_case: bool = False


def _replacer(rule: _Rule, found: Counter[SecretKind]) -> Callable[[re.Match[str]], str]:
    named = "secret" in rule.pattern.groupindex

    def replace(match: re.Match[str]) -> str:
        whole = match.group()
        secret = match.group("secret") if named else whole
        if not rule.is_secret(match, secret):
            return whole
        found[rule.kind] += 1
        start = (match.start("secret") if named else match.start()) - match.start()
        return whole[:start] + re.sub(r"[^\r\n]+", MASK, secret) + whole[start + len(secret) :]

    return replace


# Values -----------------------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"example|change.?me|change.?this|your|placeholder|dummy|redacted|masked|replace|insert|fake|sample|todo"
    r"|not.?a.?real|x{4}|\*{3}|\.{3}|[<>{}]|\$\(|\$[a-z_]|%\(|%s|12345678|abcdefgh|0000000|deadbeef|qwerty",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_COMMON_PASSWORDS = frozenset(
    {
        "pass",
        "passwd",
        "password",
        "pwd",
        "secret",
        "user",
        "username",
        "admin",
        "root",
        "test",
        "guest",
        "postgres",
        "mysql",
        "redis",
        "mongo",
        "rabbitmq",
        "foobar",
        "hunter2",
        "letmein",
        "password1",
        "password123",
        "secret123",
        "test123",
        "test1234",
        "passw0rd",
        "p@ssw0rd",
    }
)
# Pieces of names: an English word or an acronym, perhaps numbered.
_WORD = re.compile(r"(?:[A-Z]?[a-z]{2,15}|[A-Z]{2,12}|[A-Za-z])?\d{0,4}")
_PIECES = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z]{3})(?=\d)")
_DOTTED_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")

# Random base64 of 20 characters has about 4 bits a character, hex of 32 about 3.6, English in camel case 3.2 to 3.8,
# which is why the words are taken out first.
MIN_ENTROPY_BITS = 3.3
MIN_HEX_ENTROPY_BITS = 2.9


def _is_real(_: re.Match[str], value: str) -> bool:
    return _PLACEHOLDER.search(value) is None and len(set(value)) > 5


def _is_private_key(_: re.Match[str], body: str) -> bool:
    return re.search(r"[A-Za-z0-9+/=]{40}", body) is not None


def _is_password(_: re.Match[str], value: str) -> bool:
    return len(value) >= 6 and len(set(value)) > 3 and value.lower() not in _COMMON_PASSWORDS and not (
        _PLACEHOLDER.search(value)
    )  # fmt: skip


def _is_random(value: str) -> bool:
    """Whether no person would have typed this: long, mixed, of high entropy, and not made of words."""
    if len(value) < 16 or _PLACEHOLDER.search(value) or _UUID.fullmatch(value):
        return False
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 24 and _entropy(value) >= MIN_HEX_ENTROPY_BITS
    pieces = [piece for piece in _PIECES.split(value) if piece]
    in_words = sum(len(piece) for piece in pieces if len(piece) > 3 and _WORD.fullmatch(piece))
    return in_words < 0.5 * len(value) and _entropy(value) >= MIN_ENTROPY_BITS


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def _is_assigned_secret(match: re.Match[str], value: str) -> bool:
    quoted = match.group("quote") is not None
    if not quoted and _DOTTED_NAME.fullmatch(value):
        return False
    if _is_random(value):
        return True
    # A password is shorter than a key. Without quotes it may as well be code, save in a line like NAME=value.
    is_setting = quoted or (match.group("name").isupper() and match.group("sign") == "=")
    about_password = re.search(r"pass|pwd", match.group("name"), re.IGNORECASE) is not None
    return about_password and is_setting and _is_strong_password(match, value)


def _is_strong_password(match: re.Match[str], value: str) -> bool:
    classes = sum(re.search(which, value) is not None for which in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w.\-/:]"))
    # What begins like this selects an element or names a path.
    return value[0] not in "#./@:" and len(value) >= 8 and classes >= 3 and _is_password(match, value)


def _rule(
    kind: SecretKind,
    hints: str,
    pattern: str,
    is_secret: Callable[[re.Match[str], str], bool] = _is_real,
    *,
    ignores_case: bool = False,
) -> _Rule:
    flags = re.IGNORECASE if ignores_case else re.NOFLAG
    return _Rule(kind, tuple(hints.split()), re.compile(pattern, flags), is_secret, ignores_case)


# Every repetition has an upper bound and no two neighbours share their alphabet: linear in the length of the text.
_RULES = (
    _rule(
        SecretKind.PRIVATE_KEY,
        "PRIVATE",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?P<secret>[^-]{1,20000}(?=-----END)|(?:[\r\n\"' \t,]{0,80}[A-Za-z0-9+/=]{40,100})+)",
        _is_private_key,
    ),
    _rule(SecretKind.AWS, "AKIA ASIA", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _rule(SecretKind.GITHUB, "ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
    _rule(SecretKind.GITHUB, "github_pat_", r"\bgithub_pat_\w{22,255}\b"),
    _rule(SecretKind.GITLAB, "gl", r"\bgl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent|oas)-[\w-]{20,255}"),
    _rule(SecretKind.SLACK, "xox xapp-", r"\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}"),
    _rule(SecretKind.SLACK, "hooks.slack.com", r"hooks\.slack\.com/services/(?P<secret>[A-Z0-9]{6,20}/[\w/]{16,60})"),
    _rule(SecretKind.STRIPE, "k_live_ k_test_ whsec_", r"\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,255}"),
    _rule(SecretKind.ANTHROPIC, "sk-ant-", r"\bsk-ant-[\w-]{20,255}"),
    _rule(SecretKind.OPENAI, "sk-", r"\bsk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,255}|[A-Za-z0-9]{32,64}\b)"),
    _rule(SecretKind.GOOGLE, "AIza ya29. GOCSPX-", r"\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,255}|GOCSPX-[\w-]{28})"),
    _rule(SecretKind.PACKAGE_REGISTRY, "npm_ pypi-Ag", r"\b(?:npm_[A-Za-z0-9]{36}|pypi-Ag[\w-]{50,255})"),
    _rule(
        SecretKind.PACKAGE_REGISTRY,
        "_auth _password",
        r":_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}(?P<secret>[^\s$\[\"']{8,255})",
    ),
    _rule(
        SecretKind.SERVICE_TOKEN,
        "hf_ SG. dop_v1_ shpat_ sbp_ sb_secret_ AccountKey",
        r"\b(?:hf_[A-Za-z0-9]{34}|SG\.[\w-]{22}\.[\w-]{43}|dop_v1_[0-9a-f]{64}|shpat_[0-9a-f]{32}|sbp_[0-9a-f]{40}"
        r"|sb_secret_[\w-]{20,64}|(?<=AccountKey=)[A-Za-z0-9+/]{86}==)",
    ),
    _rule(SecretKind.JWT, "eyJ", r"\beyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{16,2000}"),
    _rule(
        SecretKind.CONNECTION_STRING,
        "://",
        r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'`<>\[\]()]{0,100}:(?P<secret>[^\s/@\"'`<>\[\]()]{1,200})@",
        _is_password,
    ),
    _rule(
        SecretKind.AUTHORIZATION,
        "bearer basic",
        r"\b(?:bearer|basic)[ \t]{1,4}(?P<secret>[A-Za-z0-9+/=_.~-]{16,4000})",
        lambda _, value: _is_random(value),
        ignores_case=True,
    ),
    _rule(
        SecretKind.ASSIGNED_VALUE,
        "pass pwd secret token key credential",
        r"(?P<name>(?:password|passwd|pwd|passphrase|(?<![a-z])pass(?![a-z])|secret|token(?!i[sz])|credentials?"
        r"|(?:api|access|private|auth|encryption|signing|account)[_-]?key)[\w-]{0,24})[\"'`\]]{0,2}"
        r"(?:[ \t]{0,4}:[ \t]{0,4}[\w\[\]|. ]{1,40}(?==))?[ \t]{0,8}(?P<sign>:=|=>|=|:)[ \t]{0,8}"
        r"(?:\b[rbuf]{1,2}(?=[\"'`]))?(?P<quote>[\"'`])?"
        r"(?P<secret>(?(quote)[^\s\"'`]{8,500}|[^\s\"'`,;(){}\[\]<>]{8,500}))"
        r"(?(quote)(?P=quote)|(?=[ \t]{0,8}(?:\Z|[#;,\r\n])))",
        _is_assigned_secret,
        ignores_case=True,
    ),
)
