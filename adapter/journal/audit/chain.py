"""The audit chain: each entry holds the digest of what it tells of and the hash of the entry before.

Whoever edits, deletes or reorders anything leaves a chain that no longer fits. A person's content is digested with a
salt that is theirs alone, and an entry names them by a token: once salt and content are erased, what stays says that
something was decided about somebody, and of whom cannot be guessed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Table, insert, select

from adapter.database.tables import journal_audit, journal_person, metadata

ADAPTER = "adapter"  # who did it, where no person did
ERASED = "erased/"  # what stands for a patient whom nobody can name any more, before their token
RESTORED = "restored"  # the kind of the entry of a journal that was gone back to
REMOVED = ""  # the digest of a row that was taken away
START = ""  # the hash before the first entry

Row = Mapping[str, Any] | RowMapping


@dataclass(frozen=True, slots=True)
class Entry:
    """One link: what happened, when, by whom, about whose token and which row (`table/key`); `what` is JSON."""

    id: int
    at: str
    kind: str
    who: str
    token: str | None
    about: str | None
    what: str | None
    digest: str
    previous: str
    hash: str


class Person(NamedTuple):
    """By which token a patient goes in the chain, and the salt of their digests."""

    token: str
    salt: str


class Told(NamedTuple):
    """What the transaction is about to add to the chain."""

    at: str
    kind: str
    who: str
    token: str | None
    about: str | None
    what: str | None
    digest: str


def chained() -> Iterator[Table]:
    """Every table whose rows the chain tells of: all of the journal."""
    own = (table for name, table in sorted(metadata.tables.items()) if name.startswith("journal_"))
    return (table for table in own if table is not journal_audit)


def content(table: Table, row: Row) -> str:
    """A row as text that is the same whoever reads it: what is empty is left out."""
    said = {column.name: row[column.name] for column in table.columns if row.get(column.name) is not None}
    return text_of(said)


def text_of(what: object) -> str:
    """JSON in its one form."""
    return json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str, salt: str) -> str:
    """The digest of a content, with the salt of whom it is about."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def link(number: int, told: Told, previous: str) -> str:
    """The hash of an entry; it does not hold `what`, which can be erased, but its digest."""
    said = [number, told.at, told.kind, told.who, told.token, told.about, told.digest, previous]
    return hashlib.sha256(text_of(said).encode()).hexdigest()


def reference(table: Table, row: Row, token_of: Callable[[str], str]) -> str:
    """By what the chain knows a row: table and key, with the token where the key holds a patient."""
    keys = (column.name for column in table.primary_key.columns)
    return "/".join((table.name, *(token_of(row[key]) if key == "patient" else str(row[key]) for key in keys)))


@dataclass
class Chain:
    """What one transaction adds to the chain; `seal` links it on at the end of the transaction."""

    connection: Connection
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _told: list[Told] = field(default_factory=list)
    _persons: dict[str, Person] = field(default_factory=dict)

    def tell(self, kind: str, who: str, patient: str | None, what: Mapping[str, Any]) -> None:
        """Tell of an act that leaves no row; `what` about a patient can be erased with them."""
        person, said = self._person(patient), text_of(what)
        token, salt = person or (None, "")
        self._told.append(Told(self._now(), kind, who, token, None, said, digest(said, salt)))

    def tell_row(self, kind: str, who: str, patient: str | None, table: Table, row: Row) -> None:
        """Tell of a row as it stands from now on."""
        token, salt = self._person(patient) or (None, "")
        about = reference(table, row, self.token_of)
        self._told.append(Told(self._now(), kind, who, token, about, None, digest(content(table, row), salt)))

    def tell_removed(self, kind: str, who: str, patient: str | None, table: Table, row: Row) -> None:
        """Tell of a row that is taken away."""
        token, _ = self._person(patient) or (None, "")
        about = reference(table, row, self.token_of)
        self._told.append(Told(self._now(), kind, who, token, about, None, REMOVED))

    def token_of(self, patient: str) -> str:
        """The token of a patient, also of one who was erased."""
        person = self._person(patient)
        assert person is not None
        return person.token

    def seal(self) -> tuple[int, str] | None:
        """Link on all that was told, and return the head; None where nothing was."""
        if not self._told:
            return None
        number, last = head(self.connection)
        if not number:
            self._adopt()
        rows: list[dict[str, Any]] = []
        for told in self._told:
            number, previous, last = number + 1, last, link(number + 1, told, last)
            rows.append(asdict(Entry(number, *told, previous, last)))
        self.connection.execute(insert(journal_audit), rows)
        self._told.clear()
        return number, last

    def _adopt(self) -> None:
        """Take up the rows of a journal that is older than its chain."""
        own, self._told = self._told, []
        known = {told.about for told in own}
        for table in chained():
            if table is journal_person:
                continue
            for row in self.connection.execute(select(table)).mappings().all():
                if reference(table, row, self.token_of) not in known:
                    self.tell_row("adopted", ADAPTER, row.get("patient"), table, row)
        self._told += own

    def _person(self, patient: str | None) -> Person | None:
        if patient is None:
            return None
        if patient not in self._persons:
            self._persons[patient] = self._erased(patient) or self._known(patient) or self._new(patient)
        return self._persons[patient]

    def _erased(self, patient: str) -> Person | None:
        return Person(patient.removeprefix(ERASED), "") if patient.startswith(ERASED) else None

    def _known(self, patient: str) -> Person | None:
        c = journal_person.c
        row = self.connection.execute(select(c.token, c.salt).where(c.patient == patient)).first()
        return Person(row.token, row.salt) if row else None

    def _new(self, patient: str) -> Person:
        made = Person(secrets.token_hex(16), secrets.token_hex(16))
        row = {"patient": patient, **made._asdict()}
        self.connection.execute(insert(journal_person).values(row))
        about = f"{journal_person.name}/{made.token}"
        said = digest(content(journal_person, row), made.salt)
        self._told.append(Told(self._now(), "person", ADAPTER, made.token, about, None, said))
        return made

    def _now(self) -> str:
        return self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def head(connection: Connection) -> tuple[int, str]:
    """The number and hash of the last entry."""
    c = journal_audit.c
    row = connection.execute(select(c.id, c.hash).order_by(c.id.desc()).limit(1)).first()
    return (row.id, row.hash) if row else (0, START)
