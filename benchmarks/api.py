"""The service in a process of its own, as `codingit serve` runs it, over a benchmark's database.

    python -m benchmarks.api URL MODEL SECRET

prints its address and serves until its standard input ends.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import uvicorn
from pydantic import SecretStr

from benchmarks.words import encoder_by_name
from search_api.active_encoder import ActiveEncoder
from search_api.auth import make_authenticator, make_token
from search_api.children import listen
from search_api.http.app import create_app
from search_api.settings import read_settings
from sql.accounts import DatabaseAccounts
from sql.database import Database


@dataclass(frozen=True, slots=True)
class RunningApi:
    """Where it listens, and the secret that its tokens are signed with."""

    host: str
    port: int
    secret: SecretStr
    pid: int

    def processor_seconds(self) -> float | None:
        """What its process has computed so far, however busy the machine is; None where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        # The 14th and 15th of the whole line, in ticks: of its own code, and of the kernel's for it.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def token_of(self, user_id: UUID) -> str:
        return make_token(self.secret, user_id, audience="authenticated")


@contextmanager
def running_api(owner_url: str, model: str) -> Iterator[RunningApi]:
    """An API with row level security: it logs in as the role that owns nothing."""
    url = owner_url.replace("//postgres@", "//codingit_api@", 1)
    secret = secrets.token_urlsafe(48)
    command = [sys.executable, "-m", "benchmarks.api", url, model, secret]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the pipes were asked for")
        line = process.stdout.readline().split()
        if not line:
            raise SystemExit("The API did not start; see above.")
        yield RunningApi(line[0], int(line[1]), SecretStr(secret), process.pid)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def main() -> None:
    url, model, secret = sys.argv[1:]
    settings = read_settings(database_url=url, jwt_secret=SecretStr(secret), log_level="error")
    loaded = encoder_by_name(model)
    with Database(url, application="codingit-api", min_size=2, max_size=settings.pool_max_size) as database:
        encoder = ActiveEncoder(database, lambda _: loaded)
        encoder.refresh()
        app = create_app(database, encoder, make_authenticator(settings, DatabaseAccounts(database)), settings)
        listener = listen(settings, 0)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))
        threading.Thread(target=_stop_with_stdin, args=(server,), daemon=True).start()
        host, port = listener.getsockname()[:2]
        print(host, port, flush=True)
        server.run(sockets=[listener])


def _stop_with_stdin(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
