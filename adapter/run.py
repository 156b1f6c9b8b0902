"""ONE RUN, TOP TO BOTTOM: pull what is new, judge everybody, record what changed, tell whom it concerns.

    server ──resources──▶ chart ──facts──▶ picks ──judge──▶ decision ──record──▶ journal ──deliver──▶ hospital, people

One run at a time holds the database. What leaves does so after the deciding transaction, and is tried again in each
run until it arrives.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

from adapter import errors
from adapter.database import lock, open_database
from adapter.facts.chart import Chart, People
from adapter.facts.coding.unmapped import Unmapped
from adapter.facts.intake import Door
from adapter.facts.tally import Tally
from adapter.fhir.client import Client
from adapter.journal import Change, Decided, Journal, Latest
from adapter.journal.picks import as_json, difference, digest
from adapter.journal.work import Work
from adapter.outputs.answers import Answers, answers_of
from adapter.outputs.base import Output, instant
from adapter.outputs.decision_line import as_line
from adapter.outputs.deliver import Delivered, deliver_pending
from adapter.outputs.email import mail_deliveries
from adapter.outputs.note import as_note
from adapter.outputs.research_subject import subject_delivery
from adapter.pipeline import Judged, Screen, judge_one
from adapter.population import asked_of
from adapter.progress import Progress
from adapter.pull import Pull, Pulled
from adapter.screening.decision import Decision, Standing
from adapter.screening.model import PatientRecord
from adapter.settings import Settings, secret
from adapter.sources.search import SearchSource
from adapter.study.load import Mapped
from adapter.words import LANGUAGES

FLAGGED = frozenset({Standing.CANDIDATE.value, Standing.POTENTIAL_CANDIDATE.value})
# A person has taken the patient on, or off, this study: judging is over, else the study drug itself would exclude.
TAKEN_ON = frozenset({
    "on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "follow-up", "off-study",
    "withdrawn",
})  # fmt: skip


@dataclass(frozen=True)
class Ways:
    """How this run is done."""

    as_of: date
    now: datetime
    dry: bool = False
    full: bool = False


@dataclass
class RunReport:
    """What a run came to: counts and reasons, no patient data."""

    as_of: str
    population: int = 0
    came: int = 0
    left: int = 0
    troubles: dict[str, str] = field(default_factory=dict)  # by type
    not_judged: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    deliveries: dict[str, dict[str, int]] = field(default_factory=dict)
    trouble: tuple[str, ...] = ()
    reviews: int = 0  # a person's word on the server stands against the newest decision
    criteria: dict[str, dict[str, Any]] = field(default_factory=dict)  # how often each was met, not met, unknown
    account: dict[str, Any] = field(default_factory=dict)
    unmapped: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)  # in all, and by phase
    requests: int = 0
    exit_code: int = errors.FINE

    def as_json(self) -> str:
        """The report for a machine."""
        said = {name: value for name, value in vars(self).items() if name != "unmapped"}
        return json.dumps(said | self.unmapped, ensure_ascii=False, default=list)


OutputsOf = Callable[[Journal], Sequence[Output]]


@dataclass
class Run:
    """One run over one hospital for one study."""

    settings: Settings
    mapped: Mapped
    screen: Screen
    client: Client
    outputs: OutputsOf
    ways: Ways
    progress: Progress

    def do(self) -> RunReport:
        """Do it; raises where the server cannot be reached at all, or another run holds the database."""
        url, password = self.settings.database.url, database_password(self.settings)
        with lock(url, password=password), open_database(url, password=password) as database:
            chart, journal = Chart(database), Journal(database)
            door = Door(self.screen.context, self.screen.views)
            pulled = self._pull(chart, door)
            report = RunReport(self.ways.as_of.isoformat())
            _pulled(report, pulled, door.tally)
            judged = self._judge(chart, journal, pulled, report, door.tally.unmapped)
            judged = self.progress.through("judge", judged, "patients", len(pulled.population))
            if self.ways.dry:
                report.decisions = _counted(Counter(one.decision.standing.value for one in judged))
            else:
                with self.progress.phase("record"):
                    self._record(journal, judged, report)
                with self.progress.phase("deliver", "told"):
                    counted = self.progress.counted
                    _told(report, deliver_pending(journal, self.outputs(journal), self.ways.now, counted))
            self._spent(report)
        return report

    def _spent(self, report: RunReport) -> None:
        report.requests, report.seconds = self.client.traffic.requests, self.progress.seconds()

    def _pull(self, chart: Chart, door: Door) -> Pulled:
        """Bring the chart up to date."""
        if self.ways.full:
            with chart.transaction() as work:
                work.forget()
        source = SearchSource(self.client, asked_of(self.screen.study, self.mapped.codelists))
        pull = Pull(source, chart, door, self.settings, self.screen.study)
        pull.progress = self.progress
        return pull.run(self.ways.now)

    def _judge(
        self, chart: Chart, journal: Journal, pulled: Pulled, report: RunReport, unmapped: Unmapped
    ) -> Iterator[Judged]:
        """Judge everybody in the population, one after the other; at the end, report what was counted of them."""
        study, own = self.screen.study, self.settings.study.research_study or ""
        people = People(chart, self.screen.context, study.registry, own, Tally(unmapped))
        set_aside = journal.set_aside(study.id)
        members, not_judged, answers = set(pulled.population), Counter[str](), Answers()
        for patient, kept in chart.by_patient():
            known = people.one(kept, pulled.incomplete) if patient in members else None
            if known is None:
                continue
            about, record = known
            reason = about.not_judged or taken_on(record)
            if reason is None:
                record = replace(record, set_aside=set_aside.get(patient, ()))
                judged = judge_one(record, study, self.ways.as_of)
                answers.add(answers_of(judged.decision))
                yield judged
            else:
                not_judged[reason] += 1
        report.not_judged, report.criteria = _counted(not_judged), answers.as_dict()
        report.unmapped = unmapped.as_dict()

    def _record(self, journal: Journal, judged: Iterator[Judged], report: RunReport) -> None:
        """Write all decisions with their changes and deliveries in one transaction."""
        study, at = self.screen.study.id, instant(self.ways.now)
        standings, changes = Counter[str](), Counter[str]()
        with journal.transaction() as work:
            number = work.begin_run(
                started_at=at,
                as_of=self.ways.as_of.isoformat(),
                study=study,
                study_hash=study_hash(self.screen),
                adapter_version=version("trial-adapter"),
            )
            latest = work.latest(study)
            for one in judged:
                standings[one.decision.standing.value] += 1
                kind = self._record_one(journal, work, number, one, latest.get(one.record.person.id))
                changes.update([kind] if kind else [])
            report.decisions, report.changes = _counted(standings), _counted(changes)
            self._spent(report)
            work.end_run(number, ended_at=at, report=report.as_json(), exit_code=report.exit_code)

    def _record_one(self, journal: Journal, work: Work, number: int, one: Judged, before: Latest | None) -> str | None:
        """Record a decision whose picks or standing differ from the last; return what kind of change it is."""
        decision, study = one.decision, self.screen.study
        picks, standing = as_json(decision.picks), decision.standing.value
        same = before is not None and before.standing == standing and before.picks_digest == digest(picks)
        if same or decision.incomplete:  # what was read in part raises and lowers nobody
            return None
        line = as_line(decision, one.settles, study, self.screen.speaker("en", one.record.person.sex))
        as_of, at = self.ways.as_of.isoformat(), instant(self.ways.now)
        made = work.record(Decided(number, decision.patient, study.id, as_of, standing, picks, line, at))
        for language in LANGUAGES:
            speaker = self.screen.speaker(language, one.record.person.sex)
            work.note(made, language, as_note(decision, one.settles, study, speaker))
        old = before.standing if before else None
        kind = change_kind(old, standing, written=self._written(journal, old, decision))
        if kind is not None:
            moved = difference(work.decision(before.id).picks, picks) if before else []
            moved_by = json.dumps(moved, ensure_ascii=False)
            self._tell(work, Change(made, decision.patient, study.id, kind, old, standing, moved_by, True, at))
        return kind

    def _written(self, journal: Journal, old: str | None, decision: Decision) -> bool:
        """Whether somebody who was flagged, then open, is ruled out while a subject of ours still stands."""
        late = old == Standing.OPEN.value and decision.standing is Standing.INELIGIBLE
        return late and journal.subject(self.screen.study.id, decision.patient) is not None

    def _tell(self, work: Work, change: Change) -> None:
        """Give each output that is on its delivery of this change."""
        number, outputs = work.change(change), self.settings.outputs
        if outputs.research_subject.enabled:
            work.deliver(
                "research_subject", *subject_delivery(change.study, change.patient, change.decision), change.at
            )
        if outputs.email.enabled and change.kind != "unflagged":
            work.screening_number(change.study, change.patient, change.at)
            for key, payload in mail_deliveries(change, number, outputs.email):
                work.deliver("email", key, payload, change.at)


def change_kind(old: str | None, new: str, *, written: bool = False) -> str | None:
    """What an investigator would call the step from one standing to the next; None: nothing to tell.

    `written`: the hospital's record still calls the patient a candidate, from an earlier flag.
    """
    if old == new or (old not in FLAGGED and new not in FLAGGED and not written):
        return None
    if old not in FLAGGED and new in FLAGGED:
        return "flagged"
    if new in FLAGGED:
        return "moved"
    return "ruled-out" if new == Standing.INELIGIBLE.value else "unflagged"


def study_hash(screen: Screen) -> str:
    """What tells whether decisions were made by the same study with the same parameters."""
    said = repr((screen.study.rules, screen.study.variables, screen.study.scores, screen.study.criteria))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def database_password(settings: Settings) -> str | None:
    """The password of the database, where it has one."""
    place = settings.database
    if place.password is None and place.password_file is None:
        return None
    return secret(place.password, place.password_file, "database.password")


def taken_on(record: PatientRecord) -> str | None:
    """Why somebody is not judged whom a person has taken on or off this study; None: nobody has."""
    words = {fact.word for fact in record.facts if fact.concept == "this_study"}
    return "taken on or off this study by a person" if words & TAKEN_ON else None


def _counted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _told(report: RunReport, delivered: Delivered) -> None:
    report.deliveries = {name: asdict(count) for name, count in delivered.counts.items()}
    report.trouble, report.reviews = delivered.trouble, len(delivered.reviews)
    if delivered.failed_for_good:
        report.exit_code = errors.OUTPUT


def _pulled(report: RunReport, pulled: Pulled, tally: Tally) -> None:
    report.population, report.came, report.left = len(pulled.population), len(pulled.came), len(pulled.left)
    report.troubles = {kind: str(trouble) for kind, trouble in sorted(pulled.troubles.items())}
    report.account = tally.as_dict()
    report.exit_code = errors.PARTIAL if pulled.troubles else errors.FINE
    tally.balanced()
