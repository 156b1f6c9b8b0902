"""What was decided about a patient, as the journal has it: recalled, never judged again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapter.database import read_database
from adapter.errors import SourceError
from adapter.explain.hindsight import Hindsight, look_back
from adapter.facts.chart import Chart
from adapter.journal import Journal, Run, StoredDecision
from adapter.patients import Patients
from adapter.pipeline import Screen, study_hash
from adapter.pull.population import as_key
from adapter.settings import Settings, database_password

NUMBER = re.compile(r"Patient/S-\d{4,}")  # a screening number that nobody has, taken for an id
NOT_IN_POPULATION = "not in the population"


@dataclass(frozen=True)
class Recalled:
    """A decision on record with the run that made it, and why the patient is judged no longer (None: they are)."""

    decision: StoredDecision
    run: Run
    number: str | None
    note: str | None
    not_judged: str | None
    since: Hindsight | None = None  # of a past day: what would be decided now

    def heading(self, screen: Screen, language: str, time_zone: str) -> Iterator[str]:
        """Who decided and when, and what is otherwise today."""
        speaker, now = screen.speaker(language), study_hash(screen)
        decided_at = datetime.fromisoformat(self.decision.decided_at).astimezone(ZoneInfo(time_zone))
        yield speaker.phrase(
            "recalled", "decided", as_of=self.decision.as_of, at=decided_at.isoformat(" ", "minutes"),
            run=self.run.id, adapter=self.run.adapter_version, study=self.run.study, hash=self.run.study_hash,
        )  # fmt: skip
        if self.number is not None:
            yield speaker.phrase("recalled", "number", number=self.number)
        if self.run.study_hash != now:
            yield speaker.phrase("recalled", "study_changed", hash=now)
        if self.not_judged is not None:
            reason = speaker.phrase("not_judged", self.not_judged)
            yield speaker.phrase("recalled", "not_judged", reason=reason)


def recall(place: Settings, screen: Screen, named: str, as_of: date | None, language: str, *, today: date) -> Recalled:
    """The latest decision about a patient named by id or screening number; with a day, the one that held then.

    Of a past day it is held against what would be decided today. It reads beside a run at work. Raises SourceError
    where nothing was decided.
    """
    with read_database(place.database.url, password=database_password(place)) as database:
        journal, study = Journal(database), screen.study.id
        patients = Patients(Chart(database), journal, screen, place.study.research_study, few=True)
        patient = journal.patient_of(study, named) or as_key(named)
        decision = journal.latest(study, patient, as_of.isoformat() if as_of else None)
        known = patients.one(patient) if patient in patients.population else None
        reason = known.not_judged if known else NOT_IN_POPULATION
        if decision is None:
            raise SourceError(_nothing(journal, study, patient, as_of, reason))
        number = journal.screening_number(study, patient)
        note = journal.note(decision.id, language)
        run, past = journal.run(decision.run), as_of is not None and as_of < today
        found = Recalled(decision, run, number, note, None if as_of else reason)
        if not past or known is None:
            return found
        changed = run.study_hash != study_hash(screen)
        return replace(found, since=look_back(decision, known.record, screen, today, changed=changed))


def _nothing(journal: Journal, study: str, patient: str, as_of: date | None, reason: str | None) -> str:
    """Why there is no decision, and what to do."""
    ever, last = journal.history(study, patient), journal.last_run(study)
    about = f"{study}: nothing was decided about {patient}"
    if ever and as_of is not None:
        return f"{about} by {as_of}. The first decision is as of {min(one.as_of for one in ever)}: name that day."
    if last is None:
        return f"{about}: there was no run yet. Run first: trial-adapter run."
    if NUMBER.fullmatch(patient):
        number = patient.removeprefix("Patient/")
        return f"{study}: no patient has the screening number {number}. Who was mailed or exported has one; name an id."
    if reason is not None:
        return f"{about}: not judged ({reason}). Name a patient of the population, or a --source to judge from."
    troubles = sorted(json.loads(last.report or "{}").get("troubles", ()))
    if troubles:
        return f"{about}: the last run read {', '.join(troubles)} in part. Run again once the server gives them whole."
    return f"{about} yet. Run again: trial-adapter run."
