"""Before a run: is the database what was last written to it? After it: a seal by which the next run sees so fast.

A database that nobody has touched since its seal is read once, for its checksum. Any other is gone through: SQLite's
own check of its pages and indexes, the chain with every row of the journal, the rows of the chart. A journal that is
not whole stops the run before anything is read or sent. A chart that is not whole is thrown away: it is a cache.
PostgreSQL keeps checksums of its own; there it is held to the end of the chain alone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from isal import isal_zlib
from sqlalchemy import URL, delete, select

from adapter.database import Database, dialect, lock, open_database
from adapter.database.faults import told
from adapter.database.tables import journal_audit, metadata
from adapter.journal.audit.chain import RESTORED
from adapter.journal.audit.guard import DamagedError, Guard, write_whole
from adapter.journal.audit.verify import Verified, verify

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """A SQLite file as the last run left it, and the rows of its chart, to which runs alone write."""

    size: int
    checksum: int
    chart: str


@dataclass
class Held:
    """The database of one run, found whole.

    `chart_lost`: the chart was not, and is read anew. `restored`: no run has ended since the journal was gone back to.
    """

    database: Database
    chart_lost: bool = False
    restored: bool = False


@contextmanager
def held(url: str, *, password: str | None = None) -> Iterator[Held]:
    """Hold the lock of a database that is whole, and seal it at the end; raises DamagedError where it is not."""
    parts = dialect.read_url(url, password)
    guard, file, seal = Guard(parts), dialect.sqlite_file(parts), dialect.beside(parts, "seal")
    with lock(url, password=password):
        untouched, chart_lost = _looked_at(parts, guard, file, seal)
        with open_database(url, password=password) as database:
            _hold(database, guard, gone_through=not untouched)
            if chart_lost:
                _throw_away_chart(database)
            seal.unlink(missing_ok=True)
            yield Held(database, chart_lost, _restored(database))
            if file is not None:
                _seal(parts, file, seal)


def _looked_at(url: URL, guard: Guard, file: Path | None, seal: Path) -> tuple[bool, bool]:
    """Look at the file before anything is written to it: is it as it was sealed, and if not, is its chart lost?"""
    if file is None:
        return True, False
    if not file.exists() or not file.stat().st_size:
        if guard.mark() is not None:
            raise guard.damaged("it is empty or gone, and was not")
        return True, False
    sealed = _read(seal)
    if sealed is not None and (sealed.size, sealed.checksum) == _measured(file):
        return True, False
    with told(url), closing(sqlite3.connect(file)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
        if said != ["ok"]:
            raise guard.damaged(f"SQLite finds it malformed: {' '.join(said[0].split())}")
        return False, sealed is not None and sealed.chart != chart_digest(connection)


def _hold(database: Database, guard: Guard, *, gone_through: bool) -> None:
    with database.reading() as connection:
        guard.hold(connection)
        found = verify(connection, []) if gone_through else Verified()
    if found.faults and (found.entries or guard.mark()):  # else it is older than its chain, which will take it up
        raise guard.damaged(f"its journal is not as it was written: {found.faults[0]}")


def _restored(database: Database) -> bool:
    c = journal_audit.c
    with database.reading() as connection:
        asked = select(c.kind).where(c.kind.in_((RESTORED, "run-ended"))).order_by(c.id.desc()).limit(1)
        return connection.scalar(asked) == RESTORED


def _throw_away_chart(database: Database) -> None:
    with database.writing() as connection:
        for table in (table for name, table in metadata.tables.items() if name.startswith("chart_")):
            connection.execute(delete(table))


def _seal(url: URL, file: Path, seal: Path) -> None:
    """Write the seal, unless somebody writes to the database just now."""
    with told(url), closing(sqlite3.connect(file)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        chart = chart_digest(connection)
    measured = _measured(file)
    if not busy and measured is not None:
        try:
            write_whole(seal, json.dumps(asdict(Seal(*measured, chart))).encode("ascii"))
        except OSError:
            seal.unlink(missing_ok=True)  # the next run goes through everything, and says what it finds


def _measured(file: Path) -> tuple[int, int] | None:
    """Size and checksum of a file to which nothing waits to be written; None where something does."""
    beside = file.with_name(f"{file.name}-wal")
    if beside.exists() and beside.stat().st_size:
        return None
    checksum, size = 0, 0
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            checksum, size = isal_zlib.crc32(piece, checksum), size + len(piece)
    return size, checksum


def _read(seal: Path) -> Seal | None:
    with suppress(OSError, ValueError, TypeError):
        return Seal(**json.loads(seal.read_bytes()))
    return None


def chart_digest(connection: sqlite3.Connection) -> str:
    """What tells whether any row of the chart is another than it was."""
    found = hashlib.blake2b(digest_size=16)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'chart_%' ORDER BY 1")
    for (name,) in names.fetchall():
        for row in connection.execute(f"SELECT * FROM {name} ORDER BY rowid"):  # noqa: S608 - a name of ours
            found.update(repr(row).encode())
    return found.hexdigest()


__all__ = ["DamagedError", "Held", "held"]
