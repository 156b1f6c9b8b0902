"""Who would move if another version of the study were taken live: everybody judged by both, nothing recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from adapter.database import read_database
from adapter.facts.chart import Chart, People
from adapter.journal import Journal
from adapter.pipeline import Screen, judge_one, study_hash
from adapter.pull.pull import WAY
from adapter.run import taken_on
from adapter.screening.model import PatientRecord
from adapter.settings import Settings, database_password

IN_THE_CHART = (
    "Judged by what the chart holds. Codes that the present study does not ask for are not in it: where the other one "
    "has new codes, the next run reads them back and more may move."
)


@dataclass
class Compared:
    """How many were judged by both, and who stands elsewhere by the other."""

    same_study: bool
    judged: int = 0
    moves: list[tuple[str, str, str]] = field(default_factory=list)  # patient, by the present study, by the other

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
    found = Compared(study_hash(present) == study_hash(other))
    with read_database(place.database.url, password=database_password(place)) as database:
        chart, journal = Chart(database), Journal(database)
        members = {one.patient for one in chart.members() if one.way == WAY}
        said, marked = journal.latest_statuses(present.study.id), journal.set_aside(present.study.id)
        own = place.study.research_study or ""
        sides = [(screen, People(chart, screen.context, screen.study.registry, own)) for screen in (present, other)]
        for patient, kept in chart.by_patient():
            if patient not in members:
                continue
            known = [(screen, people.one(kept)) for screen, people in sides]
            standings = [
                judge_one(
                    replace(one[1], set_aside=marked.get(patient, ())), screen.study, today
                ).decision.standing.value
                for screen, one in known
                if one is not None and not (one[0].not_judged or taken_on(one[1], said))
            ]
            if len(standings) == len(sides):
                found.judged += 1
                found.moves += [(patient, standings[0], standings[1])] if standings[0] != standings[1] else []
    return found


def _standing(screen: Screen, record: PatientRecord, today: date) -> str:
    return judge_one(record, screen.study, today).decision.standing.value
