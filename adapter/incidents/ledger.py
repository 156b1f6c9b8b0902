"""Where it is kept what IT was told: in the journal, or in a file beside the database while that cannot be opened."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from adapter.database import Database, dialect, read_database
from adapter.errors import AdapterError
from adapter.incidents import rows
from adapter.incidents.rows import Incident
from adapter.journal import Journal
from adapter.settings.model import Database as Place

KEPT = timedelta(days=2)  # what ended longer ago bears on nothing


class Ledger:
    """The faults of one study. What was told while the database could not be opened goes into it once it can."""

    def __init__(self, place: Place, password: str | None, study: str) -> None:
        self._place, self._password, self._study = place, password, study
        self.file = file_beside(place.url)

    def read(self, at: str) -> list[Incident]:
        """What is known; raises nothing: where neither can be read, nothing is."""
        in_file = self._in_file()
        try:
            with self._database() as database, database.reading() as connection:
                kept = rows.incidents(connection, self._study, _shifted(at, KEPT))
        except AdapterError:
            return in_file
        names = {one.name for one in kept}
        return [*kept, *(one for one in in_file if one.name not in names)]

    def keep(self, known: Sequence[Incident]) -> bool:
        """Keep what is known; False where that is not possible anywhere."""
        try:
            with self._database() as database, Journal(database).transaction() as work:
                rows.keep(work, known)
        except AdapterError:
            return self._written(known)
        self.file.unlink(missing_ok=True)
        return True

    def _database(self) -> Database:
        """The database as it is there: a watch makes none and brings none up to date."""
        return read_database(self._place.url, password=self._password)

    def _in_file(self) -> list[Incident]:
        try:
            return [Incident(**one) for one in json.loads(self.file.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def _written(self, known: Sequence[Incident]) -> bool:
        own = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        try:
            dialect.make_file(own)
            own.write_text(json.dumps([asdict(one) for one in known], ensure_ascii=False), encoding="utf-8")
            own.replace(self.file)
        except OSError:
            return False
        return True


def file_beside(url: str) -> Path:
    """Return where the file lies: beside the database, or in var/ where that is on another machine, or nowhere."""
    try:
        file = dialect.sqlite_file(dialect.read_url(url))
    except AdapterError:
        file = None
    return file.with_name(f"{file.name}.incidents") if file else Path("var/adapter.incidents")


def _shifted(at: str, by: timedelta) -> str:
    return (datetime.fromisoformat(at) - by).isoformat(timespec="seconds").replace("+00:00", "Z")
