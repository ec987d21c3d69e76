"""The dump of a schema for review: every statement that makes it, and nothing that two dumps of it differ in."""

from __future__ import annotations

import re
import subprocess

from models.errors import SetupError
from sql.server import ServerAddress, packaged_programs

HEAD = "-- The migrated schema, written by `make rows` for review; nothing reads it. Changes belong into migrations/.\n"
# pg_dump writes this before each object; what stands before the first, settings and a random token, is no schema.
OBJECT = re.compile(r"^--\n-- Name: .*; Type: (.*); Schema: .*; Owner: .*\n--\n", re.MULTILINE)
# Comments of extensions change with their versions; those of policies are checksums that the policies are kept by.
NOT_OURS = re.compile(r"^COMMENT ON (EXTENSION .*|POLICY .* IS '[0-9a-f]{32}');\n?", re.MULTILINE)
SETTINGS = re.compile(r"^SET default_table(space|_access_method) = .*\n?", re.MULTILINE)
END = re.compile(r"^--\n-- PostgreSQL database dump complete\n.*", re.MULTILINE | re.DOTALL)


def dump_schema(address: ServerAddress, database: str) -> str:
    """The statements that make the database's schemas, by kind and name. Raises SetupError when pg_dump fails."""
    # From the package that the server comes from: an older pg_dump refuses a newer server.
    command = [str(packaged_programs() / "pg_dump"), "--schema-only", "--no-owner", "--encoding=UTF8"]
    done = subprocess.run(  # noqa: S603 - our own binary, arguments are a list
        [*command, f"--dbname={address.url(database=database)}"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SetupError(f"The schema could not be dumped: {done.stderr.strip()}")
    return readable_dump(done.stdout)


def readable_dump(dumped: str) -> str:
    """pg_dump's text without its preamble, headings, versions and random tokens."""
    _, *objects = OBJECT.split(END.sub("", dumped))
    # Split gives the kind of each object before its statements.
    statements = [_statements(kind, text) for kind, text in zip(objects[::2], objects[1::2], strict=True)]
    return "\n".join((HEAD, *(text for text in statements if text)))


def _statements(kind: str, text: str) -> str:
    if kind == "COMMENT":
        text = NOT_OURS.sub("", text)
    text = SETTINGS.sub("", text).strip("\n")
    return f"{text}\n" if text else ""
