"""The embedded server: private, restartable, stopped by its last holder."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sql.server import EmbeddedServer, ServerAddress


@pytest.fixture
def folder() -> Iterator[Path]:
    # As root the server runs as another account. It could not stay below pytest's own folder: every run of pytest that
    # starts in the meantime closes that to other accounts again.
    base = Path(tempfile.mkdtemp(prefix="codingit-test-"))
    base.chmod(0o755)
    try:
        yield base / "pg"
    finally:
        shutil.rmtree(base, ignore_errors=True)


def test_data_survives_a_restart(folder: Path) -> None:
    with EmbeddedServer(folder).running() as address, psycopg.connect(address.url()) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (7)")
    with EmbeddedServer(folder).running() as address, psycopg.connect(address.url()) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)


def test_the_last_holder_stops_the_server(folder: Path) -> None:
    server = EmbeddedServer(folder)
    with server.running():
        with EmbeddedServer(folder).running():
            assert server.is_running()
        assert server.is_running()
    assert not server.is_running()


def test_a_holder_in_another_process_keeps_the_server(folder: Path) -> None:
    server = EmbeddedServer(folder)
    program = (
        "import sys; from pathlib import Path; from sql.server import EmbeddedServer\n"
        "with EmbeddedServer(Path(sys.argv[1])).running(): print('up', flush=True); sys.stdin.read()"
    )
    with server.running():
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
    assert server.is_running()
    other.communicate()
    assert not server.is_running()


def test_the_socket_folder_is_private(server: ServerAddress) -> None:
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
def test_another_account_is_refused_even_at_the_socket(server: ServerAddress) -> None:
    # Opened for the moment of this test, to show that the folder's mode is not the only wall.
    parents = [server.socket_folder, server.socket_folder.parent]
    modes = [parent.stat().st_mode for parent in parents]
    socket = server.socket_folder / ".s.PGSQL.5432"
    socket_mode = socket.stat().st_mode
    try:
        for parent in parents:
            parent.chmod(0o755)
        socket.chmod(0o777)
        refused = subprocess.run(
            [
                "runuser",
                "-u",
                "nobody",
                "--",
                "python3",
                "-c",
                "import socket,sys\n"
                "s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
                "body=b'\\0\\3\\0\\0user\\0postgres\\0database\\0codingit\\0\\0'\n"
                "s.sendall((len(body)+4).to_bytes(4,'big')+body); print(s.recv(4096))",
                str(socket),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for parent, mode in zip(parents, modes, strict=True):
            parent.chmod(stat.S_IMODE(mode))
        socket.chmod(stat.S_IMODE(socket_mode))
    assert "Peer authentication failed" in refused.stdout, refused.stderr


def test_it_listens_on_no_network(server: ServerAddress) -> None:
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
