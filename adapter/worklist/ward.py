"""What the page stands on: one study's journal and chart, the judging that is handed in, and the clocks.

The page is below the pipeline, so what judges is given to it by whoever wires the service.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from flask import current_app

from adapter.database import Database
from adapter.journal import Journal
from adapter.screening.decision import Decision
from adapter.screening.model import PatientRecord
from adapter.screening.settle import Settles
from adapter.screening.study import Study
from adapter.settings.model import Worklist
from adapter.words import Catalogue, Speaker

Health = Callable[[], Mapping[str, Any]]


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def leave_waiting() -> None:
    """What there is to tell waits for the next run."""


class Judged(Protocol):
    """A patient as judged: the facts, what was decided of them, and what would settle it."""

    @property
    def record(self) -> PatientRecord:
        """The facts."""

    @property
    def decision(self) -> Decision:
        """What was decided of them."""

    @property
    def settles(self) -> tuple[Settles, ...]:
        """The things that would settle it."""


@dataclass(frozen=True)
class Looked:
    """A patient judged while somebody looks; `not_judged`: why a run would not judge them (None: it would)."""

    judged: Judged
    not_judged: str | None


class Bench(Protocol):
    """Who judges."""

    def look(self, database: Database, patient: str, as_of: date, more: Sequence[bytes] = ()) -> Looked | None:
        """The patient as a run on this day would judge them, with `more` forms; None: not in the chart."""

    def decide(self, database: Database, patient: str, as_of: date, at: str) -> bool:
        """Judge a patient anew after an act, and put it on record where it differs; tell whether it does."""


@dataclass
class Ward:
    """One hospital's page for one study."""

    study: Study
    study_hash: str
    place: Worklist
    texts: Catalogue
    speaker: Callable[..., Speaker]
    bench: Bench
    tells_server: bool  # what persons say of where a patient stands
    sends_forms: bool
    time_zone: str
    open_database: Callable[[], Database]
    today: Callable[[], date]
    health: Health
    now: Callable[[], datetime] = utc_now
    tell: Callable[[], None] = leave_waiting  # has what waits sent, by a process that is not the page
    _opened: Database | None = None
    _door: threading.Lock = field(default_factory=threading.Lock)

    @property
    def database(self) -> Database:
        """The database, opened at the first question: the service starts also while its server is down."""
        with self._door:
            if self._opened is None:
                self._opened = self.open_database()
            return self._opened

    def look(self, patient: str, more: Sequence[bytes] = ()) -> Looked | None:
        """A patient as judged today, with `more` forms than are on record; None: not in the chart."""
        return self.bench.look(self.database, patient, self.today(), more)

    def decide(self, patient: str) -> bool:
        """Have a patient judged anew after an act, and put on record and told where that differs."""
        moved = self.bench.decide(self.database, patient, self.today(), self.at())
        if moved:
            self.tell()
        return moved

    @property
    def journal(self) -> Journal:
        """What was decided and done."""
        return Journal(self.database)

    def at(self) -> str:
        """This instant as the journal keeps it."""
        return self.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def the_ward() -> Ward:
    """The ward of the application that answers now."""
    ward: Ward = current_app.extensions["ward"]
    return ward
