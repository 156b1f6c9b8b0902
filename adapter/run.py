"""ONE RUN, TOP TO BOTTOM: pull what is new, judge everybody, record what changed, tell whom it concerns.

    server ──resources──▶ chart ──facts──▶ picks ──judge──▶ decision ──record──▶ journal ──deliver──▶ hospital, people

One run at a time holds the database. What leaves does so after the deciding transaction, and is tried again in each
run until it arrives.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from adapter import errors
from adapter.facts.chart import Chart
from adapter.facts.coding.unmapped import Unmapped
from adapter.facts.intake import Door
from adapter.facts.read.persons import Persons
from adapter.facts.tally import Tally
from adapter.fhir.client import Client
from adapter.journal import Journal, Origin, PersonStatus, Work
from adapter.journal.audit.erasure import expire
from adapter.journal.audit.heads import append_head
from adapter.journal.audit.whole import held
from adapter.journal.clinic import persons
from adapter.journal.merged import moved
from adapter.journal.statuses import news_of
from adapter.journal.work import MAY_HAVE_BEEN_TOLD
from adapter.outputs.alerts.audience import EMAIL, ENROLLED, WEBHOOK, hearers, silence
from adapter.outputs.alerts.kinds import FLAGGED
from adapter.outputs.alerts.telling import Telling
from adapter.outputs.answers import Answers, answers_of
from adapter.outputs.base import Output, instant
from adapter.outputs.deliver import Delivered, deliver_pending
from adapter.patients import Patients
from adapter.pipeline import Judged, Screen, judge_one, study_hash
from adapter.progress import Progress
from adapter.pull.doubt import lowered
from adapter.pull.introduced import Introductions
from adapter.pull.population import asked_of
from adapter.pull.pull import Pull, reconciled_on
from adapter.pull.pulled import Pulled
from adapter.pull.ways_in import hospital_of
from adapter.record import Gathered, Record
from adapter.report import RunReport
from adapter.settings import Settings, database_password
from adapter.study.load import Mapped


@dataclass(frozen=True)
class Ways:
    """How this run is done."""

    as_of: date
    now: datetime
    dry: bool = False
    full: bool = False
    accept_fall: bool = False


ALERTS = (EMAIL, WEBHOOK)
OUTPUTS = ("research_subject", *ALERTS)
CHART_LOST = "the chart was not as the last run left it, and was read anew from the server"
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
    restored: bool = False  # the journal was gone back to, and people may have been told what it does not know
    heard: dict[str, str] = field(default_factory=dict)  # what the server's subjects say, by patient
    persons: Persons = field(default_factory=Persons)  # which records are one person

    def do(self) -> RunReport:
        """Do it; raises where the server cannot be reached at all, or another run holds the database."""
        url, password = self.settings.database.url, database_password(self.settings)
        with held(url, password=password) as found:
            database, self.restored = found.database, found.restored
            chart, journal = Chart(database), Journal(database)
            door = Door(self.screen.context, self.screen.views)
            pulled = self._pull(chart, door)
            report = RunReport(self.ways.as_of.isoformat(), self.ways.dry)
            report.legal_basis = self.settings.study.legal_basis
            _pulled(report, pulled, door.tally)
            report.reconciled_on = reconciled_on(chart)
            report.notes += (CHART_LOST,) if found.chart_lost else ()
            unmapped = door.tally.unmapped
            patients = Patients(chart, journal, self.screen, self.settings.study.research_study, Tally(unmapped))
            self.persons, judged = patients.persons, self._judge(patients, report, unmapped)
            judged = self.progress.through("judge", judged, "patients", len(pulled.population))
            if self.ways.dry:
                report.decisions = _counted(Counter(one.decision.standing.value for one in judged))
            else:
                with self.progress.phase("record"):
                    self._record(journal, judged, report)
                self._introduce(journal, report)
                with self.progress.phase("deliver", "told"):
                    self._deliver(journal, report)
                if (file := self.settings.audit.head_file) is not None:
                    with database.reading() as connection:
                        append_head(file, connection, instant(self.ways.now))
            self._spent(report)
        return report

    def tell(self) -> RunReport:
        """Only send what waits: nobody is pulled or judged, and the last run's word is kept on who is enrolled."""
        url, password = self.settings.database.url, database_password(self.settings)
        with held(url, password=password) as found:
            journal = Journal(found.database)
            last = journal.last_run(self.screen.study.id)
            report = RunReport(self.ways.as_of.isoformat(), only_told=True)
            report.enrolled = json.loads(last.report).get("enrolled", 0) if last and last.report else 0
            report.silent = silence(self.settings.study, self.ways.as_of, report.enrolled)
            with self.progress.phase("deliver", "told"):
                self._deliver(journal, report)
        self._spent(report)
        return report

    def _spent(self, report: RunReport) -> None:
        report.requests, report.seconds = self.client.traffic.requests, self.progress.seconds()

    def _pull(self, chart: Chart, door: Door) -> Pulled:
        """Bring the chart up to date."""
        if self.ways.full:
            with chart.transaction() as work:
                work.forget()
        asked = asked_of(self.screen.study, self.mapped.codelists)
        source = hospital_of(self.settings, self.client, asked, chart)
        pull = Pull(source, chart, door, self.settings, self.screen.study)
        pull.progress, pull.accept_fall = self.progress, self.ways.accept_fall
        return pull.run(self.ways.now)

    def _judge(self, patients: Patients, report: RunReport, unmapped: Unmapped) -> Iterator[Judged]:
        """Judge everybody in the population, one after the other; at the end, report what was counted of them."""
        not_judged, answers = Counter[str](), Answers()
        for known in patients.everybody():
            self.heard[known.patient] = known.heard
            if known.not_judged is None:
                judged = judge_one(known.record, self.screen.study, self.ways.as_of)
                answers.add(answers_of(judged.decision))
                yield judged
            else:
                not_judged[known.not_judged] += 1
        report.not_judged, report.criteria = _counted(not_judged), answers.as_dict()
        report.unmapped = unmapped.as_dict()

    def _record(self, journal: Journal, judged: Iterator[Judged], report: RunReport) -> None:
        """Put on record what moved, with its changes and deliveries, in one transaction."""
        at, standings = instant(self.ways.now), Counter[str]()
        book = Record(journal, self.screen, study_hash(self.screen), self.settings.outputs, self.ways.as_of, at)
        gathered = book.gather(judged, standings)
        self._hold(gathered, report)
        self._silence(journal, report)
        telling = self._telling(report, at)
        with journal.transaction() as work:
            number = book.begin(work)
            self._note_statuses(journal, work, at)
            for patient, survivor in moved(journal.survivors(), self.persons.survivors, {*self.heard}).items():
                work.merged(patient, survivor, at)
            report.changes = _counted(book.write(work, number, gathered, telling))
            self._withhold(work, telling, at)
            report.facts_removed = self._expire(work)
            report.decisions, report.silenced = _counted(standings), _counted(telling.silenced)
            self._spent(report)
            work.end_run(number, ended_at=at, report=report.as_json(), exit_code=report.exit_code)

    def _hold(self, gathered: Gathered, report: RunReport) -> None:
        """A mass fall freezes: it is likelier that data were lost than that so many are ruled out in one day."""
        doubt = lowered(gathered.flagged, len(gathered.lowered))
        if doubt is None or self.ways.accept_fall:
            return
        report.held = len(gathered.lowered)
        report.troubles[doubt.where] = str(doubt)
        report.exit_code = report.exit_code or errors.PARTIAL
        gathered.hold()

    def _note_statuses(self, journal: Journal, work: Work, at: str) -> None:
        """Put on record what persons said on the server: it holds on where the subject is deleted later."""
        study, own = self.screen.study.id, study_hash(self.screen)
        known = journal.latest_statuses(study, Origin.SERVER)
        for patient, status in sorted(self.heard.items()):
            if news_of(status, known.get(patient)):
                work.saw_status(PersonStatus(study, patient, status, "", "", at, None, own, Origin.SERVER))

    def _introduce(self, journal: Journal, report: RunReport) -> None:
        """Ask for names and visits of the flagged, where the page is to show them."""
        if not self.settings.worklist.names:
            return
        latest = journal.latest_of_all(self.screen.study.id)
        flagged = [patient for patient, one in latest.items() if one.standing in FLAGGED]
        asking = Introductions(self.client, self.ways.as_of, instant(self.ways.now))
        found = asking.of(flagged)
        with journal.transaction() as work:
            persons.keep(work.connection, found)
        report.notes += tuple(f"the page shows no {kind}: {said}" for kind, said in sorted(asking.troubles.items()))

    def _deliver(self, journal: Journal, report: RunReport) -> None:
        """Tell the hospital's record first, then people: what the record says may have to be looked at by them."""
        outputs = {one.name: one for one in self.outputs(journal)}
        alerts = [outputs.pop(name) for name in ALERTS if name in outputs]
        counted, now = self.progress.counted, self.ways.now
        told = deliver_pending(journal, outputs.values(), now, counted)
        with journal.transaction() as work:
            telling = self._telling(report, instant(now))
            telling.tell_reviews(work, hearers(self.settings.outputs))
            self._withhold(work, telling, instant(now))
        report.silenced = _counted(Counter(report.silenced) + telling.silenced)
        # While a study is silent, what waits for people goes on waiting.
        _told(report, told, deliver_pending(journal, [] if report.silent else alerts, now, counted))

    def _expire(self, work: Work) -> int:
        """Remove the facts of those who left longer ago than the site keeps them."""
        days = self.settings.retention.facts_after_leaving_days
        if days is None:
            return 0
        return expire(work, self.screen.study.id, {*self.heard}, instant(self.ways.now - timedelta(days=days)))

    def _withhold(self, work: Work, telling: Telling, at: str) -> None:
        """Tell people nothing by the first run of a restored journal: it may have been told."""
        if self.restored:
            telling.silenced[MAY_HAVE_BEEN_TOLD] += sum(work.withhold(name, at) for name in ALERTS)

    def _telling(self, report: RunReport, at: str) -> Telling:
        """What people are told in this run, or why they are not."""
        again_after = timedelta(days=self.settings.outputs.again_after_days)
        return Telling(self.screen.study.id, at, again_after, report.silent)

    def _silence(self, journal: Journal, report: RunReport) -> None:
        """Find out whether anybody is told of the study now, and by what."""
        said = journal.latest_statuses(self.screen.study.id)
        words = [*self.heard.items(), *((patient, one.status) for patient, one in said.items())]
        persons = self.persons.survivors
        report.enrolled = len({persons.get(patient) or patient for patient, word in words if word in ENROLLED})
        report.silent = silence(self.settings.study, self.ways.as_of, report.enrolled)
        if report.silent is None:
            outputs = self.settings.outputs
            report.spoke = tuple(name for name, output in outputs if name in OUTPUTS and output.enabled)


def _counted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _told(report: RunReport, *parts: Delivered) -> None:
    report.deliveries = {name: asdict(count) for part in parts for name, count in part.counts.items()}
    report.trouble = tuple(line for part in parts for line in part.trouble)
    report.reviews = sum(len(part.reviews) for part in parts)
    if any(part.failed_for_good for part in parts):
        report.exit_code = errors.OUTPUT


def _pulled(report: RunReport, pulled: Pulled, tally: Tally) -> None:
    report.population, report.came, report.left = len(pulled.population), len(pulled.came), len(pulled.left)
    report.troubles = {kind: str(trouble) for kind, trouble in sorted(pulled.troubles.items())}
    report.account, report.notes = tally.as_dict(), tuple(pulled.notes)
    report.followed = pulled.followed
    report.exit_code = errors.PARTIAL if pulled.troubles else errors.FINE
    tally.balanced()
