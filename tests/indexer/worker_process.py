"""A worker in a process of its own, to be killed: python -m tests.indexer.worker_process URL LOG [SECONDS_PER_TEXT]."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.worker import Worker
from sql.database import Database
from tests.stubs import StubEncoder


class LoggingEncoder(StubEncoder):
    """Writes down what it encodes, and takes its time, so that a kill meets it at work."""

    log: Path
    seconds_per_text = 0.0

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self.log.open("a") as log:
            for text in texts:
                log.write(text.replace("\n", "\\n") + "\n")
        time.sleep(self.seconds_per_text * len(texts))
        return super().encode_documents(texts)


def main() -> None:
    url, log, *rest = sys.argv[1:]
    encoder = LoggingEncoder()
    encoder.log = Path(log)
    encoder.seconds_per_text = float(rest[0]) if rest else 0.0
    with Database(url, vectors=True, max_size=3) as database:
        print("ready", flush=True)
        Worker(database, encoder).run(threading.Event())


if __name__ == "__main__":
    main()
