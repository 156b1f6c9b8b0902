"""Who would move if another version of the study were taken live: everybody judged by both, nothing recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapter.database import Database, read_database
from adapter.facts.chart import Chart
from adapter.journal import Journal
from adapter.patients import Patients
from adapter.pipeline import Screen, judge_one, study_hash
from adapter.settings import Settings, database_password

IN_THE_CHART = (
    "Judged by what the chart holds. Codes that the present study does not ask for are not in it: where the other one "
    "has new codes, the next run reads them back and more may move."
)


@dataclass
class Compared:
    """How many were judged by both, and who stands elsewhere by the other."""

    same_study: bool
    judged: int
    moves: list[tuple[str, str, str]]  # patient, by the present study, by the other

    def lines(self) -> Iterator[str]:
        """Each move, how many there are of each kind, and what was compared."""
        for patient, present, other in self.moves:
            yield f"{patient}: {present} -> {other}"
        for (present, other), count in sorted(Counter((one[1], one[2]) for one in self.moves).items()):
            yield f"{count} from {present} to {other}"
        yield f"{self.judged} judged by both, {len(self.moves)} would move"
        if self.same_study:
            yield "Both are the same, rule for rule."
        else:
            yield IN_THE_CHART


def compare(place: Settings, present: Screen, other: Screen, today: date) -> Compared:
    """Judge everybody of the population by both; beside a run at work, without a lock."""
    with read_database(place.database.url, password=database_password(place)) as database:
        now, then = (_standings(database, place, screen, today) for screen in (present, other))
    both = sorted(now.keys() & then.keys())
    moves = [(patient, now[patient], then[patient]) for patient in both if now[patient] != then[patient]]
    return Compared(study_hash(present) == study_hash(other), len(both), moves)


def _standings(database: Database, place: Settings, screen: Screen, today: date) -> dict[str, str]:
    """Where everybody stands whom a run would judge, by one version of the study."""
    patients = Patients(Chart(database), Journal(database), screen, place.study.research_study)
    return {
        known.patient: judge_one(known.record, screen.study, today).decision.standing.value
        for known in patients.everybody()
        if known.not_judged is None
    }
