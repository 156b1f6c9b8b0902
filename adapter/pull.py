"""From the hospital's server to the chart: who is in the population, and what is new about them.

A type's rows and its watermark move in one transaction, and only where the type was read to its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapter.facts.chart import Chart, Watermark
from adapter.facts.intake import Door, Kept
from adapter.facts.read.records import medications_of
from adapter.fhir.errors import Trouble
from adapter.population import Population, in_part
from adapter.progress import untimed
from adapter.screening.study import Study
from adapter.settings import Settings
from adapter.sources.search import OF_PATIENT, Read, SearchSource

WAY = "all"  # members are kept as one list: the ways are asked anew in each run


@dataclass
class Pulled:
    """What one pull came to."""

    population: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    troubles: dict[str, Trouble] = field(default_factory=dict)  # by type

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The types that were read in part: nobody is decided on them."""
        return tuple(sorted(self.troubles))


class Pull:
    """One pull: the source, the chart it goes to, and the door through which everything comes."""

    def __init__(self, source: SearchSource, chart: Chart, door: Door, settings: Settings, study: Study) -> None:
        self.source, self.chart, self.door, self.settings, self.study = source, chart, door, settings, study
        self.progress = untimed()

    def run(self, now: datetime) -> Pulled:
        """Bring the chart up to date with the server, as far as the server answers."""
        with self.progress.phase("find population"):
            members, trouble = self._members()
        with self.chart.transaction() as work:
            moved = work.set_members(WAY, members, _instant(now))
        pulled = Pulled(tuple(sorted(members)), moved.came, moved.left)
        pulled.troubles.update({"Condition": trouble} if trouble else {})
        for kind in OF_PATIENT:
            with self.progress.phase(f"pull {kind}", "received"):
                self._of_type(kind, pulled, now)
        with self.progress.phase("pull what they refer to", "received"):
            self._shared(pulled)
        return pulled

    def _members(self) -> tuple[set[str], Trouble | None]:
        """The population; where the server listed a part of it only, the one known before: nobody leaves by that."""
        try:
            return self.population(), None
        except Trouble as trouble:
            if not in_part(trouble, came=self.source.answered):
                raise  # nothing came at all
            return self._known(WAY), trouble

    def _known(self, way: str) -> set[str]:
        return {member.patient for member in self.chart.members() if member.way == way}

    def population(self) -> set[str]:
        """Whom the settings name."""
        return Population(self.source, self.settings.population, self.study, self.door.context.codes).listed()

    def _of_type(self, kind: str, pulled: Pulled, now: datetime) -> None:
        """Read what is new of one type; a patient new to the population, and a new code, is read in full."""
        asked = _hash(kind, self.source.asked.observations if kind == "Observation" else ())
        mark = self.chart.watermark(kind)
        known = mark if mark is not None and mark.complete and mark.asked == asked else None
        whole = self._known(kind) if known else set()  # whose resources of this type were once read in full
        new = sorted(set(pulled.population) - whole)
        old = sorted(set(pulled.population) - set(new))
        kept: list[Kept] = []
        take = self._taking(kept, set(pulled.population))
        reads = [self.source.of_patients(kind, new, None, take)]
        if known and old:
            reads.append(self.source.of_patients(kind, old, datetime.fromisoformat(known.instant), take))
        trouble = next((read.trouble for read in reads if read.trouble), None)
        with self.chart.transaction() as work:
            self._account(work.store(kept))
            if trouble is None:
                began = min((read.began for read in reads if read.began), default=now)
                work.move_watermark(kind, Watermark(_instant(began), asked, _instant(now)))
                work.set_members(kind, pulled.population, _instant(now))
        if trouble is not None:
            pulled.troubles[kind] = trouble

    def _shared(self, pulled: Pulled) -> None:
        """Read what others refer to: Medications, and the ResearchStudies that are this study."""
        rows = (row for _, own in self.chart.by_patient() for kept in own for row in kept.rows)
        referred = medications_of(rows)
        kept: list[Kept] = []
        take = self._taking(kept, None)
        own_study = self.settings.study.research_study
        reads: Mapping[str, Read] = {
            "Medication": self.source.by_ids("Medication", referred, take),
            "ResearchStudy": self.source.studies(self.study.registry, own_study, take),
        }
        with self.chart.transaction() as work:
            self._account(work.store(kept))
        pulled.troubles.update({kind: read.trouble for kind, read in reads.items() if read.trouble})

    def _taking(self, kept: list[Kept], members: set[str] | None) -> Callable[[bytes], None]:
        """Let in one resource; what belongs to somebody who was not asked for is accounted for and left."""

        def take(raw: bytes) -> None:
            self.progress.step()
            one = self.door.read(raw)
            if one is None:
                return
            if members is not None and one.patient not in members:
                self.door.tally.ignore(one.type, "of another patient")
            else:
                kept.append(one)

        return take

    def _account(self, stored: Mapping[str, Sequence[int]]) -> None:
        for kind, (new, unchanged, older) in stored.items():
            self.door.tally.store(kind, new)
            self.door.tally.leave_unchanged(kind, unchanged)
            if older:
                self.door.tally.ignore(kind, "older version", older)


def _hash(kind: str, codes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([kind, *codes]).encode()).hexdigest()[:16]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
