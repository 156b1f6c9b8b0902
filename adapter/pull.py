"""From the hospital's server to the chart: who is in the population, and what is new about them.

A type's rows and its watermark move in one transaction, and only where the type was read to its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapter.errors import SettingsError
from adapter.facts.chart import Chart, Watermark
from adapter.facts.decode import Unreadable, decode
from adapter.facts.intake import Door, Kept
from adapter.fhir.errors import EndedEarly, Trouble
from adapter.screening.study import Study
from adapter.settings import Settings
from adapter.sources.search import OF_PATIENT, Asked, Read, SearchSource
from adapter.study.codelists import Codelists, tokens

SHARED = ("Medication", "ResearchStudy")  # belong to no patient
FORBIDDEN = 403
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


def asked_of(study: Study, codelists: Codelists) -> Asked:
    """The codes that the study's population is asked for by; of its patients, all Observations.

    Asking for Observations by code would miss results that stand in a component of a panel, or under a text alone.
    """
    return Asked(tokens(codelists, study.population), ())


class Pull:
    """One pull: the source, the chart it goes to, and the door through which everything comes."""

    def __init__(self, source: SearchSource, chart: Chart, door: Door, settings: Settings, study: Study) -> None:
        self.source, self.chart, self.door, self.settings, self.study = source, chart, door, settings, study

    def run(self, now: datetime) -> Pulled:
        """Bring the chart up to date with the server, as far as the server answers."""
        members, trouble = self._members()
        with self.chart.transaction() as work:
            moved = work.set_members(WAY, members, _instant(now))
        pulled = Pulled(tuple(sorted(members)), moved.came, moved.left)
        pulled.troubles.update({"Condition": trouble} if trouble else {})
        for kind in OF_PATIENT:
            self._of_type(kind, pulled, now)
        self._shared(pulled)
        return pulled

    def _members(self) -> tuple[set[str], Trouble | None]:
        """The population; where the server listed a part of it only, the one known before: nobody leaves by that."""
        try:
            return self.population(), None
        except Trouble as trouble:
            if not (self.source.answered or trouble.status == FORBIDDEN or isinstance(trouble, EndedEarly)):
                raise  # nothing came at all
            return self._known(WAY), trouble

    def _known(self, way: str) -> set[str]:
        return {member.patient for member in self.chart.members() if member.way == way}

    def population(self) -> set[str]:
        """The union of the ways to the population that the settings name, without those who opted out."""
        place = self.settings.population
        members: set[str] = set().union(*(self._by_way(way) for way in place.ways))
        opted_out = _roster(place.opted_out_file, "opted_out_file") if place.opted_out_file else ()
        return members - {name if name.startswith("Patient/") else f"Patient/{name}" for name in opted_out}

    def _by_way(self, way: str) -> set[str]:
        place = self.settings.population
        if way == "conditions":
            return self.source.by_conditions()
        if way == "scan":
            return self.source.by_scan(self._of_population)
        if way == "patients":
            return self.source.by_names(_roster(place.patients_file, "patients_file"))
        if way == "group" and place.group:
            return self.source.by_group(place.group)
        if way == "group":
            raise SettingsError("[population] group: is missing, and ways names it. Write Group/ID or List/ID.")
        raise SettingsError(f'[population] ways: "{way}" is not there yet. Use conditions, scan, group or patients.')

    def _of_population(self, raw: bytes) -> bool:
        """Whether a Condition is one that the study's population is known by."""
        try:
            code = decode(raw).get("code")
        except Unreadable:
            return False
        code = code if isinstance(code, dict) else {}
        codings = code.get("coding") if isinstance(code.get("coding"), list) else []
        found = self.door.context.codes.concepts(codings or [], code.get("text"), kind="condition")
        return any(match.concept in self.study.population for match in found)

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
        keys = {str(row.get("medication_key") or "") for row in rows}
        referred = {key for key in keys if key.startswith("Medication/")}
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


def _roster(file: Path | None, setting: str) -> Iterable[str]:
    """The names in a file, one a line; what follows a # is a remark."""
    if file is None:
        raise SettingsError(f"[population] {setting}: is missing, and ways names it. Name a file with one id a line.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"[population] {setting}: {file} cannot be read ({error.strerror}).") from None
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _hash(kind: str, codes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([kind, *codes]).encode()).hexdigest()[:16]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
