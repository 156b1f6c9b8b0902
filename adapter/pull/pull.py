"""From the hospital's server to the chart: who is in the population, and what is new about them.

A type's rows and its watermark move in one transaction, and only where the type was read to its end. Where somebody was
read in full, what the chart holds of them besides leaves it then, and not before: the server has it no more. So it does
where only the ids were read, which is done every few days: nothing else tells of a deletion. What falls too far at once
is not believed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime

from adapter.facts.chart import SHARED, Chart, Watermark
from adapter.facts.intake import Door
from adapter.facts.read.records import medications_of
from adapter.fhir.errors import Rejected, Trouble
from adapter.progress import untimed
from adapter.pull.caught import Caught
from adapter.pull.doubt import Doubt, fall, nameless
from adapter.pull.listed import Changes, Listed
from adapter.pull.pile import Pile
from adapter.pull.population import Population, members_of
from adapter.pull.pulled import READ_WHOLE, Pulled
from adapter.pull.ways_in import spool_folder
from adapter.screening.study import Study
from adapter.settings import Settings
from adapter.sources.hospital import OF_PATIENT, Hospital
from adapter.sources.reading import Extent, Read
from adapter.sources.search import OVERLAP

WAY = "all"  # members are kept as one list: the ways are asked anew in each run
UNDATED = f"resources without meta.lastUpdated; {READ_WHOLE}"
LATE = (
    "{number} resources had changed that did not come when the server was asked for what changed; "
    "they were read now, and the next run looks again"
)
REFUSED = f"the server refuses _lastUpdated; {READ_WHOLE}"


class Pull:
    """One pull: the source, the chart it goes to, and the door through which everything comes."""

    def __init__(self, source: Hospital, chart: Chart, door: Door, settings: Settings, study: Study) -> None:
        self.source, self.chart, self.door, self.settings, self.study = source, chart, door, settings, study
        self.progress = untimed()
        self.accept_fall = False  # a person says that what is gone is gone

    def run(self, now: datetime) -> Pulled:
        """Bring the chart up to date with the server, as far as the server answers."""
        pulled = Pulled()
        due = any(mark is not None and self._is_due(mark, now) for mark in map(self.chart.watermark, OF_PATIENT))
        with self.progress.phase("wait for the export") if self.source.name == "export" else nullcontext():
            self.source.begin(self._marks(), now, due=due)
        with self.progress.phase("find population"):
            known = self._known(WAY)
            whom = Population(
                self.source, self.settings.population, self.study, self.door.context.codes, frozenset(known)
            )
            members = members_of(whom, known, pulled, self._fall)
        with self.chart.transaction() as work:
            moved = work.set_members(WAY, members, _instant(now))
            self._removed(work.keep_patients(members))
        pulled.population, pulled.came, pulled.left = tuple(sorted(members)), moved.came, moved.left
        for kind in OF_PATIENT:
            with self.progress.phase(f"pull {kind}", "received"):
                self._of_type(kind, pulled, now)
        with self.progress.phase("pull what they refer to", "received"):
            self._shared(pulled)
        self.source.end()
        pulled.notes += self.source.notes
        pulled.followed = tuple(sorted(self.source.followed))
        return pulled

    def _marks(self) -> dict[str, datetime | None]:
        """Up to when each type was read as it is to be read now."""
        marks = {kind: self._last_time(kind, self._asked(kind)) for kind in OF_PATIENT}
        return {kind: datetime.fromisoformat(mark.instant) if mark else None for kind, mark in marks.items()}

    def _fall(self, what: str, had: Collection[str], gone: Collection[str]) -> Doubt | None:
        return None if self.accept_fall else fall(what, len(had), len(gone))

    def _known(self, way: str) -> set[str]:
        return {member.patient for member in self.chart.members() if member.way == way}

    def _of_type(self, kind: str, pulled: Pulled, now: datetime) -> None:
        """Read what is new of one type; a patient new to the population is read in full, and all with new codes."""
        asked = self._asked(kind)
        known = self._last_time(kind, asked)
        if known is None and self.chart.undated(kind):
            pulled.notes.append(f"{kind}: {UNDATED}")
        known = None if self.source.extent is Extent.WHOLE else known
        whole = self._known(kind) if known else set()  # whose resources of this type were once read in full
        new = sorted(set(pulled.population) - whole)
        old = sorted(set(pulled.population) - set(new))
        caught = Caught(self.door, kind, frozenset(pulled.population), self.progress.step, self._pile())
        reads, there = [self.source.of_patients(kind, new, None, caught.take)], set[str]()
        reconciled: str | None = _instant(now)
        if known and old:
            news = self._changed(kind, old, known, caught, now)
            reads += news.reads
            reconciled = known.reconciled_at if news.there is None or news.late else reconciled
            there, old = ({*news.there}, []) if news.there is not None else (there, old)
        gone, trouble = self._gone(caught, {*pulled.population} - {*old}, there, reads)
        self._tell(kind, pulled, reads, trouble)
        with self.chart.transaction() as work:
            self._account(work.store(caught.kept))
            work.read(kind, in_part=kind in pulled.troubles)
            work.see(kind, caught.seen, new if trouble is None else ())
            if trouble is None:
                self._removed({kind: work.remove(kind, {*gone, *caught.left} - caught.keys)})
                if mark := self.source.mark(reads, now):
                    work.move_watermark(kind, Watermark(_instant(mark), asked, _instant(now), reconciled_at=reconciled))
                work.set_members(kind, pulled.population, _instant(now))
                work.lift(kind, new)
            caught.quarantine(work, _instant(now))

    def _pile(self) -> Pile:
        return Pile(spool_folder(self.settings.database.url).parent)

    def _asked(self, kind: str) -> str:
        """What tells whether a type is asked for and read as it was: else what was passed over may count now."""
        asked = self.source.asked
        told = [
            self.source.name,
            kind,
            *(asked.observations if kind == "Observation" else ()),
            asked.known_codes,
            self.door.read_by(kind),
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

    def _last_time(self, kind: str, asked: str) -> Watermark | None:
        """How far the type was read; None where all has to be read: never read, asked otherwise, or without dates."""
        mark = self.chart.watermark(kind)
        if mark is None or not mark.complete or mark.asked != asked:
            return None
        return None if self.chart.undated(kind) else mark

    def _changed(self, kind: str, old: Sequence[str], known: Watermark, caught: Caught, now: datetime) -> Changes:
        """What changed about those who are known, and from time to time the keys of all there is of them.

        A server that refuses or does not heed `_lastUpdated` gives everything, so that all there is was caught.
        """
        since = datetime.fromisoformat(known.instant)
        read = self.source.of_patients(kind, old, since, caught.take)
        if self.source.extent is Extent.CHANGES:
            return Changes([read])
        if isinstance(read.trouble, Rejected):
            whole = self.source.of_patients(kind, old, None, caught.take)
            whole.unheeded.add(REFUSED)
            return Changes([whole], ())
        if caught.older_than(since - OVERLAP, frozenset(old)):
            read.unheeded.add("_lastUpdated")
        if "_lastUpdated" in read.unheeded:
            return Changes([read], ())
        if read.trouble is None and not self._is_due(known, now):
            read.deleted |= self.source.deleted(kind, since, self.chart.keys(kind, old))
        if read.trouble or not self._is_due(known, now):
            return Changes([read])
        return self._listed(old, known, caught, read)

    def _listed(self, old: Sequence[str], known: Watermark, caught: Caught, read: Read) -> Changes:
        """Hold the chart to the list of all there is of these patients, and read what it has missed."""
        kind, listed = caught.kind, Listed(self.door)
        ids = self.source.of_patients(kind, old, None, listed.take, only_ids=True)
        if ids.trouble:
            return Changes([read, ids])
        here = self.chart.newness(kind, old) | {one.key: one.newness for one in caught.kept}
        last = datetime.fromisoformat(known.reconciled_at) - OVERLAP if known.reconciled_at else None
        missed = listed.missed(here, caught.left, last)
        more = self.source.by_ids(kind, missed, caught.only(missed))
        late = listed.late(missed, read.began)
        self.source.notes.extend([f"{kind}: {LATE.format(number=late)}"] if late else [])
        return Changes([read, ids, more], listed.there.keys(), late)

    def _is_due(self, known: Watermark, now: datetime) -> bool:
        """Whether so many days have passed since deletions were looked for."""
        if known.reconciled_at is None:
            return True
        since = now.astimezone(UTC).date() - datetime.fromisoformat(known.reconciled_at).date()
        return since.days >= self.settings.source.reconcile_days

    def _gone(
        self, caught: Caught, held: Collection[str], there: Collection[str], reads: list[Read]
    ) -> tuple[set[str], Trouble | None]:
        """What the chart holds of these patients and the server has no more, and why it may not be so."""
        gone: set[str] = set()
        trouble = next((read.trouble for read in reads if read.trouble), None)
        if trouble is None:
            here, came = self.chart.keys(caught.kind, held), {*caught.keys, *caught.left, *there}
            lost = {key: whose for key, whose in here.items() if key not in came}
            if lost:  # only what is missing twice is gone
                trouble = self.source.once_more(caught.kind, lost, caught.only(lost)).trouble
            gone = {*lost} - caught.keys - caught.left
            trouble = trouble or self._fall(caught.kind, here, gone)
        if (deleted := set().union(*(read.deleted for read in reads))) and trouble is None:
            here = self.chart.keys(caught.kind, caught.members or ())
            trouble = self._fall(caught.kind, here, deleted & {*here})
            gone |= deleted & {*here}
        doubt = self._nameless(caught.kind)
        return gone, trouble or doubt

    def _nameless(self, kind: str) -> Doubt | None:
        """Doubt where something that may be anybody's could not be read; it came where this type was asked for."""
        found, self.door.of_anybody = self.door.of_anybody, set()
        return nameless(kind) if found else None

    def _tell(self, kind: str, pulled: Pulled, reads: Sequence[Read], trouble: Trouble | None) -> None:
        """Take note of how the server answered; what was asked for once more is not expected once more."""
        if trouble is not None:
            pulled.troubles.setdefault(kind, trouble)
        unheeded = set[str]().union(*(read.unheeded for read in reads))
        if REFUSED in unheeded:
            pulled.notes.append(f"{kind}: {REFUSED}")
        pulled.unheeded(kind, unheeded - {REFUSED})
        for reason, number in sum((read.left for read in reads), Counter[str]()).items():
            self.door.tally.receive(kind, number)
            self.door.tally.ignore(kind, reason, number)
        counted = [read.expected for read in reads[:2] if read.expected is not None]
        pages = sum(read.pages for read in reads)
        self.door.tally.read(kind, len(pulled.population), pages, sum(counted) if counted else None)

    def _shared(self, pulled: Pulled) -> None:
        """Read what others refer to, each time in full: Medications, and the ResearchStudies that are this study."""
        rows = (row for _, own in self.chart.by_patient() for kept in own for row in kept.rows)
        referred = medications_of(rows)
        own_study = self.settings.study.research_study
        ways: Mapping[str, Callable[[Caught], Read]] = {
            "Medication": lambda caught: self.source.by_ids("Medication", referred, caught.only(referred)),
            "ResearchStudy": lambda caught: self.source.studies(self.study.registry, own_study, caught.take),
        }
        for kind in SHARED:
            caught = Caught(self.door, kind, None, self.progress.step, self._pile())
            read = ways[kind](caught)
            here = {kept.key for kept in self.chart.shared(kind)}
            needed = here & referred if kind == "Medication" else here
            lost = needed - caught.keys - caught.left
            if lost and read.trouble is None:
                read.trouble = self.source.by_ids(kind, lost, caught.only(lost)).trouble
            doubt = self._nameless(kind)
            trouble = read.trouble or self._fall(kind, needed, lost - caught.keys) or doubt
            pulled.troubles.update({kind: trouble} if trouble else {})
            self._tell_shared(kind, pulled, read, len(referred) if kind == "Medication" else 1)
            with self.chart.transaction() as work:
                self._account(work.store(caught.kept))
                work.read(kind, in_part=kind in pulled.troubles)
                if trouble is None:
                    self._removed({kind: work.remove(kind, here - caught.keys)})

    def _tell_shared(self, kind: str, pulled: Pulled, read: Read, asked: int) -> None:
        pulled.unheeded(kind, read.unheeded)
        self.door.tally.read(kind, asked, read.pages, read.expected)

    def _account(self, stored: Mapping[str, Sequence[int]]) -> None:
        for kind, (new, unchanged, older) in stored.items():
            self.door.tally.store(kind, new)
            self.door.tally.leave_unchanged(kind, unchanged)
            if older:
                self.door.tally.ignore(kind, "older version", older)

    def _removed(self, counts: Mapping[str, int]) -> None:
        for kind, number in counts.items():
            self.door.tally.remove(kind, number)


def reconciled_on(chart: Chart) -> str | None:
    """The day on which deletions of every type were last looked for; None where one never was."""
    said = chart.reconciled()
    days = [(said.get(kind) or "")[:10] for kind in OF_PATIENT]
    return min(days) or None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
