"""Runs one function over packages in forked processes, and says what to do when the system kills one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from models.errors import CodingitError

Item = TypeVar("Item")
Result = TypeVar("Result")


class ProcessKilledError(CodingitError):
    """A process that read packages was killed, most likely because the memory ran out."""

    code = "process_killed"
    hint = (
        "Free memory or take fewer processes (`make encoder ENCODER_PROCESSES=1`, `--processes 1`), and run the same "
        "again: packages that are collected stay, and it goes on with the others."
    )


def map_in_processes(work: Callable[[Item], Result], items: Iterable[Item], processes: int) -> Iterator[Result]:
    """Results in the order of the items. Raises ProcessKilledError when a process is killed, and ends the others."""
    # Forked, whatever the platform's default is: what the parent holds is shared and not sent to each.
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        try:
            yield from pool.map(work, items)
        except BrokenProcessPool as error:
            raise ProcessKilledError from error
