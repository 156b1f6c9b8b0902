"""Whether the journal is as it was written: every link of the chain, every row against what the chain says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.exc import DBAPIError

from adapter.database.tables import journal_audit, journal_person
from adapter.journal.audit.chain import ERASED, REMOVED, START, Told, chained, content, digest, link, reference

BATCH = 500


class Head(NamedTuple):
    """How long the chain was at a moment, and the hash of its last entry, as it was noted outside the database."""

    at: str
    entries: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written: near which entry, and what."""

    entry: int
    says: str

    def __str__(self) -> str:
        return f"entry {self.entry}: {self.says}" if self.entry else self.says


class Word(NamedTuple):
    """The last that the chain says of a row."""

    entry: int
    token: str | None
    digest: str


@dataclass
class Verified:
    """The account of one verification; `faults` by entry, so that the first is the earliest."""

    entries: int = 0
    hash: str = START
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(connection: Connection, heads: list[Head]) -> Verified:
    """Go through the chain, then through the rows, then hold the chain to the heads that were noted outside."""
    found = Verified()
    salts = {row.token: row.salt for row in connection.execute(select(journal_person))}
    words = _through_chain(connection, salts, {head.entries: head for head in heads}, found)
    for table in chained():
        try:
            _through_rows(connection, table, words, salts, found)
        except (sqlite3.Error, DBAPIError, ValueError, LookupError) as fault:
            found.faults.append(Fault(found.entries, f"{table.name} cannot be read ({type(fault).__name__})"))
    gone = ((about, word) for about, word in words.items() if word.digest != REMOVED)
    found.faults += [Fault(word.entry, f"{_shown(about)} is gone") for about, word in gone]
    late = [head for head in heads if head.entries > found.entries]
    found.faults += [Fault(found.entries, _short(head, found.entries)) for head in late[:1]]
    found.faults.sort(key=lambda fault: fault.entry)
    return found


def _through_chain(
    connection: Connection, salts: Mapping[str, str], heads: Mapping[int, Head], found: Verified
) -> dict[str, Word]:
    """Check every link; return the last word on each row."""
    words: dict[str, Word] = {}
    emptied: list[tuple[int, str]] = []
    rows = connection.execution_options(yield_per=BATCH).execute(select(journal_audit).order_by(journal_audit.c.id))
    for row in rows:
        found.faults += (Fault(row.id, says) for says in _broken(row, found, heads.get(row.id)))
        if row.about is not None:
            words[row.about] = Word(row.id, row.token, row.digest)
        elif row.what is None and row.token is not None:
            emptied.append((row.id, row.token))
        elif row.what is None or digest(row.what, salts.get(row.token or "", "")) != row.digest:
            found.faults.append(Fault(row.id, "what it tells was changed"))
        found.entries, found.hash = row.id, row.hash
    erased = {about for about, word in words.items() if word.digest == REMOVED}
    lost = (number for number, token in emptied if f"{journal_person.name}/{token}" not in erased)
    found.faults += [Fault(number, "what it tells is gone") for number in lost]
    return words


def _broken(row: Row[tuple[object, ...]], found: Verified, head: Head | None) -> Iterator[str]:
    """What is wrong with one link."""
    told = Told(row.at, row.kind, row.who, row.token, row.about, row.what, row.digest)
    if row.id != found.entries + 1:
        yield f"the one before it should be {row.id - 1} and is {found.entries or 'missing'}"
    if row.previous != found.hash:
        yield "it does not follow the one before it"
    if link(row.id, told, row.previous) != row.hash:
        yield "it was changed"
    if head is not None and head.hash != row.hash:
        yield f"it is not the one that was noted outside at {head.at}"


def _through_rows(
    connection: Connection, table: Table, words: dict[str, Word], salts: Mapping[str, str], found: Verified
) -> None:
    """Hold the rows of a table to the last word on each, and take off the words that were found true."""
    tokens = {row.patient: row.token for row in connection.execute(select(journal_person))}
    rows = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key.columns))
    for row in rows.mappings():
        about = reference(table, row, lambda patient: tokens.get(patient, patient.removeprefix(ERASED)))
        word, found.rows = words.pop(about, None), found.rows + 1
        if word is None:
            found.faults.append(Fault(found.entries, f"{_shown(about)} was added by something else"))
        elif word.digest != digest(content(table, row), salts.get(word.token or "", "")):
            found.faults.append(Fault(word.entry, f"{_shown(about)} was changed"))


def _shown(about: str) -> str:
    table, _, key = about.partition("/")
    return f"{table} {key}"


def _short(head: Head, entries: int) -> str:
    return (
        f"the chain ends here, and had {head.entries} entries at {head.at}: its end is missing ({entries} are left), "
        "or this is an older copy"
    )
