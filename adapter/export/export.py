"""The command `export`: what the journal holds of one study, as files for an analysis or a monitor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.database import Database, open_database, read_database
from adapter.errors import UsageError
from adapter.export import rows
from adapter.export.columns import Tables
from adapter.export.dictionary import NAME, as_json, as_table, dictionary
from adapter.export.held import Held, screened
from adapter.export.table import Row, Table
from adapter.export.write import write, write_text
from adapter.journal import Journal
from adapter.journal.audit.chain import ADAPTER
from adapter.pipeline import Screen
from adapter.settings import Settings, database_password


@dataclass(frozen=True)
class Wanted:
    """Where the export goes, and how much of it: every decision or each patient's last, with or without ids."""

    folder: Path
    history: bool = False
    identified: bool = False
    author: str = ""


class Export:
    """Writes the tables of one study."""

    def __init__(self, place: Settings, screen: Screen) -> None:
        self._url, self._password = place.database.url, database_password(place)
        self._study = screen.study
        self._tables = Tables(screen.speaker("en"), screen.speaker("zh"))

    def write(self, wanted: Wanted, at: str) -> Mapping[str, int]:
        """Write all files; return how many rows each table has."""
        with read_database(self._url, password=self._password):
            pass  # a database is not made here
        _make(wanted.folder)
        with open_database(self._url, password=self._password) as database:
            self._number(database, wanted, at)
            with database.reading() as connection:
                return self._write(Held(connection, self._study.id), wanted)

    def _number(self, database: Database, wanted: Wanted, at: str) -> None:
        """Give a number to everybody who was screened and has none, and put on the audit chain that data leave."""
        with database.reading() as connection:
            patients = screened(connection, self._study.id)
        with Journal(database).transaction() as work:
            for patient in patients:
                work.screening_number(self._study.id, patient, at)
            who = wanted.author or ADAPTER
            work.audit("exported", who, study=self._study.id, identified=wanted.identified, history=wanted.history)

    def _write(self, held: Held, wanted: Wanted) -> Mapping[str, int]:
        tables = {
            self._tables.log(): (rows.log_row(one, self._study, held.runs) for one in held.patients()),
            self._tables.decisions(): _decisions(held, wanted),
            self._tables.variables(): _variables(held, wanted),
        }
        shown: list[Table] = [table.shown(identified=wanted.identified) for table in tables]
        counts = {
            table.name: write(wanted.folder, table, made) for table, made in zip(shown, tables.values(), strict=True)
        }
        meanings = dictionary(self._tables, shown)
        write(wanted.folder, as_table(), meanings)
        write_text(wanted.folder / f"{NAME}.json", as_json(self._tables, meanings))
        return counts


def _decisions(held: Held, wanted: Wanted) -> Iterator[Row]:
    for one in held.patients():
        for decision in one.decisions if wanted.history else [one.last]:
            yield rows.decision_row(one, decision, held.runs)


def _variables(held: Held, wanted: Wanted) -> Iterator[Row]:
    for one in held.patients():
        for decision in one.decisions if wanted.history else [one.last]:
            yield from rows.variable_rows(one, decision)


def _make(folder: Path) -> None:
    """Make the folder, for its owner alone where it is new."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: {error.strerror}. Name a folder that you may write to.") from None
