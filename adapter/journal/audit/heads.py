"""Heads of the chain, noted in a file outside the database: what the chain alone cannot prove, its end, they do."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import Connection

from adapter.errors import SettingsError
from adapter.journal.audit.chain import head
from adapter.journal.audit.verify import Head


def append_head(file: Path, connection: Connection, at: str) -> None:
    """Add a line with the present head of the chain, and see that it is on the disk."""
    entries, last = head(connection)
    line = json.dumps(Head(at, entries, last)._asdict()) + "\n"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "ab") as stream:
            stream.write(line.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as fault:
        raise SettingsError(f"audit.head_file: {file} cannot be written ({fault.strerror}). {TO_DO}") from None


TO_DO = "Name a file that the adapter may append to, on another disk or machine if there is one."


def read_heads(file: Path) -> list[Head]:
    """Every head that was noted, the oldest first."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"audit.head_file: {file} cannot be read ({fault}). {TO_DO}") from None
    return [_read(line, number, file) for number, line in enumerate(lines, 1)]


def _read(line: str, number: int, file: Path) -> Head:
    try:
        said = json.loads(line)
        return Head(str(said["at"]), int(said["entries"]), str(said["hash"]))
    except (ValueError, TypeError, KeyError):
        raise SettingsError(
            f"audit.head_file: {file}, line {number}: no head of the chain. Put the file aside, and name a new one."
        ) from None
