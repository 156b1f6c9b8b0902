"""A small file beside the database that knows how far the journal had come: an older or emptied one is seen.

It is written after each transaction, so it is never ahead of the journal that belongs to it.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, select

from adapter.database import dialect
from adapter.database.faults import DatabaseError, shown
from adapter.database.tables import journal_audit
from adapter.errors import DIFFERENCES

TO_DO = (
    "Nothing was sent. Restore the newest backup: trial-adapter restore FOLDER. "
    "If this copy is the one to go on with: trial-adapter restore --as-it-is."
)


class DamagedError(DatabaseError):
    """The database is not what was last written to it."""

    exit_code = DIFFERENCES


@dataclass(frozen=True, slots=True)
class Mark:
    """How many entries the chain had, and the hash of the last."""

    entries: int
    hash: str


class Guard:
    """The file of one database: read and held to the chain before something is added, written afterwards."""

    def __init__(self, url: URL) -> None:
        self.file, self._shown = dialect.beside(url, "head"), shown(url)

    def mark(self) -> Mark | None:
        """What the file says; None where there is none, or it was damaged itself."""
        try:
            said = json.loads(self.file.read_bytes())
            return Mark(int(said["entries"]), str(said["hash"]))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        except OSError as fault:
            raise DatabaseError(f"{self.file}: cannot be read ({fault.strerror}). {RIGHTS}") from None

    def hold(self, connection: Connection) -> None:
        """Raise DamagedError where the journal has not got as far as the file says, or has got there otherwise."""
        known = self.mark()
        if known is None or not known.entries:
            return
        c = journal_audit.c
        found = connection.scalar(select(c.hash).where(c.id == known.entries))
        if found is None:
            raise self.damaged(f"it lacks entries of its journal, which had {known.entries}: an older or emptied copy")
        if found != known.hash:
            raise self.damaged(f"entry {known.entries} of its journal is another than was written: another database")

    def note(self, entries: int, last: str) -> None:
        """Write how far the chain has come, in one step."""
        own = self.file.with_name(f"{self.file.name}.{os.getpid()}-{threading.get_ident()}.new")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(own, json.dumps(asdict(Mark(entries, last))).encode("ascii"))
            own.replace(self.file)
        except OSError as fault:
            own.unlink(missing_ok=True)
            raise DatabaseError(f"{self.file}: cannot be written ({fault.strerror}). {RIGHTS}") from None

    def damaged(self, says: str) -> DamagedError:
        """The error that says so."""
        return DamagedError(f"{self._shown}: {says} ({self.file.name} says so). {TO_DO}")


RIGHTS = "Make room, and give the adapter's user the right to write there."


def write_whole(file: Path, content: bytes) -> None:
    """Write a file for its owner alone, and see that it is on the disk."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
