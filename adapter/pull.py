"""From the hospital's server to the chart: who is in the population, and what is new about them.

A type's rows and its watermark move in one transaction, and only where the type was read to its end. Where somebody was
read in full, what the chart holds of them besides leaves it then, and not before: the server has it no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapter.facts.chart import SHARED, Chart, Watermark
from adapter.facts.intake import Door, Kept
from adapter.facts.read.records import medications_of
from adapter.facts.sieve import Head, glance, read_head
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


@dataclass
class Caught:
    """What a reading of one type brought: what counts, and the keys of what does not, or no more."""

    door: Door
    kind: str
    members: frozenset[str] | None  # whose resources were asked for; None: those of nobody
    step: Callable[[], None]  # told of each resource
    kept: list[Kept] = field(default_factory=list)
    left: set[str] = field(default_factory=set)

    def take(self, raw: bytes) -> None:
        """Let in one resource; what belongs to somebody who was not asked for is accounted for and left."""
        self.step()
        head = read_head(raw) or glance(raw)
        one = self.door.read(raw, head)
        if one is not None and (self.members is None or one.patient in self.members):
            self.kept.append(one)
            return
        if one is not None:
            self.door.tally.ignore(one.type, "of another patient")
        self.left |= {_key(head)} if head.resourceType == self.kind else set()

    def only(self, keys: Collection[str]) -> Callable[[bytes], None]:
        """Take these alone; what else comes was taken before."""

        def take(raw: bytes) -> None:
            if _key(read_head(raw) or glance(raw)) in keys:
                self.take(raw)

        return take

    @property
    def keys(self) -> set[str]:
        """The keys of what counts."""
        return {one.key for one in self.kept}


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
            self._removed(work.keep_patients(members))
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
        caught = Caught(self.door, kind, frozenset(pulled.population), self.progress.step)
        reads = [self.source.of_patients(kind, new, None, caught.take)]
        if known and old:
            reads.append(self.source.of_patients(kind, old, datetime.fromisoformat(known.instant), caught.take))
        lost = self._lost(new, caught) if not any(read.trouble for read in reads) else {}
        if lost:  # a page may have shifted while it was read: only what is missing twice is gone
            reads.append(self.source.of_patients(kind, sorted({*lost.values()}), None, caught.only(lost)))
        trouble = next((read.trouble for read in reads if read.trouble), None)
        with self.chart.transaction() as work:
            self._account(work.store(caught.kept))
            if trouble is None:
                self._removed({kind: work.remove(kind, {*lost, *caught.left} - caught.keys)})
                began = min((read.began for read in reads if read.began), default=now)
                work.move_watermark(kind, Watermark(_instant(began), asked, _instant(now)))
                work.set_members(kind, pulled.population, _instant(now))
        if trouble is not None:
            pulled.troubles[kind] = trouble

    def _lost(self, patients: Sequence[str], caught: Caught) -> dict[str, str]:
        """What the chart holds of patients who were read in full and the server did not give, each with its patient."""
        came = caught.keys | caught.left
        return {key: whose for key, whose in self.chart.keys(caught.kind, patients).items() if key not in came}

    def _shared(self, pulled: Pulled) -> None:
        """Read what others refer to, each time in full: Medications, and the ResearchStudies that are this study."""
        rows = (row for _, own in self.chart.by_patient() for kept in own for row in kept.rows)
        referred = medications_of(rows)
        own_study = self.settings.study.research_study
        ways: Mapping[str, Callable[[Callable[[bytes], None]], Read]] = {
            "Medication": lambda take: self.source.by_ids("Medication", referred, take),
            "ResearchStudy": lambda take: self.source.studies(self.study.registry, own_study, take),
        }
        for kind in SHARED:
            caught = Caught(self.door, kind, None, self.progress.step)
            trouble = ways[kind](caught.take).trouble
            here = {kept.key for kept in self.chart.shared(kind)}
            with self.chart.transaction() as work:
                self._account(work.store(caught.kept))
                if trouble is None:
                    self._removed({kind: work.remove(kind, here - caught.keys)})
            pulled.troubles.update({kind: trouble} if trouble else {})

    def _account(self, stored: Mapping[str, Sequence[int]]) -> None:
        for kind, (new, unchanged, older) in stored.items():
            self.door.tally.store(kind, new)
            self.door.tally.leave_unchanged(kind, unchanged)
            if older:
                self.door.tally.ignore(kind, "older version", older)

    def _removed(self, counts: Mapping[str, int]) -> None:
        for kind, number in counts.items():
            self.door.tally.remove(kind, number)


def _key(head: Head) -> str:
    return f"{head.resourceType}/{(head.id or '').strip()}"


def _hash(kind: str, codes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([kind, *codes]).encode()).hexdigest()[:16]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
