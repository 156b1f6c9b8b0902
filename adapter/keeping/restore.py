"""The way back: a journal from a backup, or from the copy that is there, is gone on with. Nothing is told twice.

What was decided and told since the backup is not known any more. So numbers jump: a decision or a screening number that
was told under a lost number is never given to another. What would be told to people by the next run is withheld and
counted, for they may have been told before. The hospital's record is looked up before anything is written to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from adapter.database import dialect, lock, open_database
from adapter.database.tables import journal_audit, journal_screening_number
from adapter.errors import UsageError
from adapter.journal.audit.chain import ADAPTER, ERASED, RESTORED, Chain, head
from adapter.journal.audit.guard import Guard, write_whole
from adapter.journal.audit.verify import verify
from adapter.journal.work import Work
from adapter.keeping.backup import JOURNAL, KEY, Manifest, read_manifest, sound
from adapter.keeping.copying import copy_journal, jump
from adapter.outputs.base import key_file

HUNDREDS = 1000  # screening numbers go on at the next thousand
BESIDE = ("", "-wal", "-shm", ".seal")  # the mark stays: until it is written anew, nothing else is gone on with


@dataclass(frozen=True)
class Place:
    """The database that is restored: its address, and the moment."""

    url: str
    password: str | None
    at: str

    @property
    def file(self) -> Path | None:
        """Its file, where it is one."""
        return dialect.sqlite_file(dialect.read_url(self.url, self.password))

    @property
    def guard(self) -> Guard:
        """What knows how far it had come."""
        return Guard(dialect.read_url(self.url, self.password))


def restore(place: Place, folder: Path) -> Manifest:
    """Put the journal of a backup in the place of the one that is there, which is kept aside."""
    made = read_manifest(folder)
    what = {"backup_at": made.at, "entries": made.entries}
    with lock(place.url, password=place.password):
        own = _own_copy(place, folder)
        try:
            with open_database(f"sqlite:///{own}") as source, source.reading() as connection:
                sound(verify(connection, []), f"{folder}")
                place.guard.note(*_fill(place, connection, what))
        finally:
            own.unlink()
        _take_key(place, folder)
    return made


def accept(place: Place) -> None:
    """Go on with the journal that is there, though it is not the one that was last written."""
    if place.file is not None and not place.file.exists():
        raise UsageError("restore --as-it-is: there is no database. Name a backup's folder instead.")
    with lock(place.url, password=place.password):
        known = place.guard.mark()
        with open_database(place.url, password=place.password) as database, database.writing() as connection:
            last = _go_on(connection, place.at, {"had": known.entries if known else None})
        place.guard.note(*last)


def _own_copy(place: Place, folder: Path) -> Path:
    """A copy to read from, which may be of an older version and is brought up to date; the backup stays as it is."""
    own = dialect.beside(dialect.read_url(place.url, place.password), "restoring")
    own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(folder / JOURNAL, own)
    return own


def _fill(place: Place, source: Connection, what: Mapping[str, object]) -> tuple[int, str]:
    """Fill a database that is new, or empty on a server; on a disk it takes the old one's name when it is whole."""
    file = place.file
    if file is None:
        with open_database(place.url, password=place.password) as database, database.writing() as target:
            if head(target)[0]:
                raise UsageError("restore: the database has a journal. Make an empty one, and name it in database.url.")
            copy_journal(source, target)
            return _go_on(target, place.at, what)
    fresh = file.with_name(f"{file.name}.restored")
    fresh.unlink(missing_ok=True)
    with open_database(f"sqlite:///{fresh}") as database, database.writing() as target:
        copy_journal(source, target)
        last = _go_on(target, place.at, what)
    _put_aside(place, file)
    fresh.rename(file)
    return last


def _put_aside(place: Place, file: Path) -> None:
    """Keep what was there, with the moment in its name."""
    aside = file.with_name(f"{file.name}.replaced-{place.at.replace(':', '')}")
    for end in BESIDE:
        if (old := file.with_name(file.name + end)).exists():
            old.rename(aside.with_name(aside.name + end))


def _take_key(place: Place, folder: Path) -> None:
    key = key_file(place.url)
    if (folder / KEY).exists() and not key.exists():
        write_whole(key, (folder / KEY).read_bytes())


def _go_on(connection: Connection, at: str, what: Mapping[str, object]) -> tuple[int, str]:
    """Have the journal go on from here: numbers jump, and the chain says why; return its head."""
    work = Work(connection, Chain(connection))
    jump(connection)
    _leave_out_numbers(work, at)
    work.chain.tell(RESTORED, ADAPTER, None, what)
    work.chain.seal()
    return head(connection)


def _leave_out_numbers(work: Work, at: str) -> None:
    """Go on with screening numbers at the next thousand of each study: those between may have been given."""
    c = journal_screening_number.c
    last = work.connection.execute(select(c.study, func.max(c.number).label("number")).group_by(c.study)).all()
    entry = work.connection.scalar(select(func.max(journal_audit.c.id))) or 0
    for number, row in enumerate(last):
        nobody = f"{ERASED}left-out-{entry}-{number}"
        left = {"study": row.study, "number": (row.number // HUNDREDS + 1) * HUNDREDS, "given_at": at}
        work.add(journal_screening_number, "numbers-left-out", {**left, "patient": nobody}, nobody)
