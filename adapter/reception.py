"""From settings to the investigators' page: its journal and study, and what judges for it.

The page is below the pipeline. What it has judged while somebody looks is judged here, as a run would: by the chart,
the forms filled in on the page and the facts set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from adapter import places
from adapter.database import Database, open_database
from adapter.facts.chart import Chart
from adapter.journal import Journal
from adapter.outputs.alerts.audience import ENROLLED, silence
from adapter.outputs.alerts.telling import Telling
from adapter.patients import Patients
from adapter.pipeline import Judged, Screen, judge_one, study_hash
from adapter.record import Record
from adapter.settings import Settings, database_password
from adapter.words import load_catalogue
from adapter.worklist import Ward
from adapter.worklist.ward import Health, Looked, leave_waiting


def ward_of(
    settings: Settings, screen: Screen, health: Health, today: Callable[[], date] | None = None,
    tell: Callable[[], None] = leave_waiting,
) -> Ward:  # fmt: skip
    """The page's own view of a hospital and a study; `today`: the index date, that of the hospital where none is."""
    zone = ZoneInfo(settings.hospital.time_zone)
    url, password = settings.database.url, database_password(settings)
    return Ward(
        study=screen.study,
        study_hash=study_hash(screen),
        place=settings.worklist,
        texts=load_catalogue(places.folder("mappings") / "page.toml"),
        speaker=screen.speaker,
        bench=Bench(settings, screen),
        tells_server=settings.outputs.research_subject.enabled,
        sends_forms=settings.outputs.forms.enabled,
        time_zone=settings.hospital.time_zone,
        open_database=partial(open_database, url, password=password),
        today=today or partial(_today, zone),
        health=health,
        tell=tell,
    )


@dataclass(frozen=True)
class Bench:
    """Judges one patient while somebody looks, and puts on record what an act has moved."""

    settings: Settings
    screen: Screen

    def look(self, database: Database, patient: str, as_of: date, more: Sequence[bytes] = ()) -> Looked | None:
        """The patient as a run on this day would judge them, and why a run would not; None: not in the chart."""
        journal, own = Journal(database), self.settings.study.research_study
        known = Patients(Chart(database), journal, self.screen, own, few=True).one(patient, more)
        if known is None:
            return None
        return Looked(judge_one(known.record, self.screen.study, as_of), known.not_judged)

    def decide(self, database: Database, patient: str, as_of: date, at: str) -> bool:
        """Judge a patient anew after an act, and put it on record where it differs; tell whether it does."""
        looked = self.look(database, patient, as_of)
        if looked is None or looked.not_judged is not None:
            return False
        judged, journal = looked.judged, Journal(database)
        assert isinstance(judged, Judged)
        book = Record(journal, self.screen, study_hash(self.screen), self.settings.outputs, as_of, at)
        telling = self._telling(journal, as_of, at)
        with journal.transaction() as work:
            return book.decide(work, judged, telling)

    def _telling(self, journal: Journal, as_of: date, at: str) -> Telling:
        """Whether the hospital's record is told now; people are told by the next run."""
        said = journal.latest_statuses(self.screen.study.id)
        enrolled = sum(one.status in ENROLLED for one in said.values())
        return Telling(self.screen.study.id, at, timedelta(), silence(self.settings.study, as_of, enrolled))


def _today(zone: ZoneInfo) -> date:
    return datetime.now(UTC).astimezone(zone).date()
