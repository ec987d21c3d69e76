"""Moments that a timestamptz holds and Python's datetime does not: infinity, and the years before 1 and after 9999.

Other clients of the database write them, `infinity` for what has no end. They are read as the first or the last moment
that Python has, and know what they are, so that a page goes on exactly after such a row.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Self

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.pq import Format

OID = psycopg.adapters.types["timestamptz"].oid
# As PostgreSQL writes them.
FAR = re.compile(r"-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-][\d:]+( BC)?")
# What the binary format counts microseconds from, and its infinity on either side.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FOREVER = {2**63 - 1: "infinity", -(2**63): "-infinity"}
# The calendar comes again after so many years.
CYCLE_YEARS = 400
CYCLE = 146_097 * 86_400_000_000


class FarMoment(datetime):
    """The first or the last moment that Python has, in the place of what the database `stored`."""

    stored: str

    @classmethod
    def of(cls, stored: str) -> Self:
        """Raises ValueError for what PostgreSQL does not write."""
        if FAR.fullmatch(stored) is None:
            raise ValueError("is no moment as PostgreSQL writes it")
        nearest = datetime.min if stored.startswith("-") or stored.endswith("BC") else datetime.max
        moment = cls.combine(nearest.date(), nearest.time(), UTC)
        moment.stored = stored
        return moment


class _TextLoader(Loader):
    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._near = _loader_of_psycopg(Format.TEXT)(oid, context)

    def load(self, data: Buffer) -> datetime:
        try:
            moment: datetime = self._near.load(data)
        except psycopg.DataError:
            return FarMoment.of(bytes(data).decode())
        return moment


class _BinaryLoader(Loader):
    format = Format.BINARY

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._near = _loader_of_psycopg(Format.BINARY)(oid, context)

    def load(self, data: Buffer) -> datetime:
        try:
            moment: datetime = self._near.load(data)
        except psycopg.DataError:
            (microseconds,) = struct.unpack("!q", data)
            return FarMoment.of(FOREVER.get(microseconds) or _write(microseconds))
        return moment


class _FarDumper(Dumper):
    oid = OID

    def dump(self, obj: FarMoment) -> bytes:
        return obj.stored.encode()


def _loader_of_psycopg(kind: Format) -> type[Loader]:
    found = psycopg.adapters.get_loader(OID, kind)
    if found is None:
        raise LookupError("psycopg reads no timestamptz")
    return found  # type: ignore[return-value]  # psycopg's own loaders are all made with an oid and a context


def _write(microseconds: int) -> str:
    cycles, rest = divmod(microseconds, CYCLE)
    moment = EPOCH + timedelta(microseconds=rest)
    year = moment.year + cycles * CYCLE_YEARS
    written = f"{moment:-%m-%d %H:%M:%S.%f+00}"
    # There is no year 0: before the year 1 is 1 BC.
    return f"{year:04}{written}" if year > 0 else f"{1 - year:04}{written} BC"


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("timestamptz", _TextLoader)
    adapters.register_loader("timestamptz", _BinaryLoader)
    adapters.register_dumper(FarMoment, _FarDumper)
    return adapters


# For a connection's `context`.
ADAPTERS = _adapters()
