"""`codingit up` in a process of its own, with a data directory of its own, and who is alive of what it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# On a machine that is busy with other tests a model takes its time to load.
PATIENCE_SECONDS = 180

SAMPLE = {
    "prices.py": '''"""What things cost."""

from decimal import ROUND_HALF_UP, Decimal


def round_price(amount: Decimal) -> Decimal:
    """Round a price to whole cents, halves up."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
''',
    "mail.py": '''"""Letters to customers."""

import smtplib


def send_confirmation(address: str, order: str) -> None:
    """Tell a customer by mail that the order has arrived."""
    with smtplib.SMTP("localhost") as server:
        server.sendmail("shop@example.org", address, f"Order {order} has arrived")
''',
    "stock.go": """// Package stock counts what is left.
package stock

// ReserveItems takes items out of the shelf for an order.
func ReserveItems(shelf map[string]int, item string, count int) bool {
	if shelf[item] < count {
		return false
	}
	shelf[item] -= count
	return true
}
""",
}


def write_sample(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, source in SAMPLE.items():
        (folder / name).write_text(source)
    return folder


@dataclass(frozen=True)
class Local:
    """A data directory, and commands that are run with it."""

    data_dir: Path
    said: Path

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "search_api.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`up` in the background; whatever it did, nothing of it is left behind."""
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "search_api.cli", "up", *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_until_said(self, text: str, process: subprocess.Popen[bytes]) -> None:
        wait_for(lambda: text in self.said.read_text() or process.poll() is not None)
        assert text in self.said.read_text(), self.said.read_text()

    def end_of(self, process: subprocess.Popen[bytes]) -> int | None:
        """The exit code; None, and where each thread was is among what was said, when it does not end."""
        try:
            return process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            process.wait()
            return None

    def processes(self) -> list[str]:
        """The command lines of all processes that this data directory is named to, by argument or environment."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                told = line + (folder / "environ").read_text(errors="replace")
            except OSError:
                continue
            if str(self.data_dir) in told and int(folder.name) != os.getpid():
                found.append(line)
        return found

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CODINGIT_", "DATABASE_"))}
        return {**kept, "CODINGIT_DATA_DIR": str(self.data_dir), "PYTHONFAULTHANDLER": "1"}


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
