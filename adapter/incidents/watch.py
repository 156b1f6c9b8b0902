"""A look at what is wrong after each run, and by the service between runs; whatever it finds, it stops nothing.

A fault of the watch itself is one line on standard error: it must not make a run fail that went well.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter import errors, places, settings
from adapter.database import read_database
from adapter.errors import AdapterError
from adapter.incidents.expiry import expiring
from adapter.incidents.incident import ALL, EXPIRY, OUTPUT, PARTIAL, REST, STALE, Look, Wrong, noted, to_tell, told
from adapter.incidents.ledger import Ledger
from adapter.incidents.letter import Writer, letter_key
from adapter.incidents.rows import Incident
from adapter.journal import Journal
from adapter.operation.faults import RUN
from adapter.outputs.alerts.post import Letter, Post
from adapter.outputs.base import instant
from adapter.report import RunReport
from adapter.settings import Settings, secret
from adapter.timetable import interval_s, trigger_of
from adapter.words import load_catalogue

log = logging.getLogger(__name__)

CAME_TO_ITS_END = frozenset({errors.FINE, errors.PARTIAL, errors.OUTPUT})
UNTOLD = frozenset({errors.LOCKED, errors.USAGE, errors.INTERRUPTED})
KILLED = -1  # in place of the exit code that a killed run has not
WAITS = timedelta(days=1)  # a delivery that was tried and waits so long is stuck, whatever it waits for


@dataclass
class Watched:
    """A run under watch; it leaves its report here when it has come to its end."""

    report: RunReport | None = None


@dataclass(frozen=True)
class Watch:
    """Looks, keeps what is known, and mails IT."""

    place: Settings
    clock: Callable[[], datetime]

    def after_run(self, report: RunReport) -> None:
        """Look at everything: a run has come to its end. One that only told can say that of the outputs alone."""
        examined = {OUTPUT} if report.only_told else ALL
        self._look(lambda: Look([*_of_report(report), *self._of_journal(), *self._certificates()], examined))

    def after_fault(self, code: int, said: str) -> None:
        """Look after a run that did not: of its outputs and types nothing is known anew."""
        wrong = Wrong(RUN, str(code) if code >= 0 else "killed", said)
        self._look(lambda: Look([wrong, *self._stale(), *self._certificates()], {EXPIRY}))

    def while_waiting(self) -> None:
        """Look between runs: nothing has come to a good end for too long."""
        self._look(lambda: Look([*self._stale()] or [Wrong(STALE)], ()))

    def after_settling(self) -> None:
        """Look whether an output is stuck no more: IT has closed what was."""
        self._look(lambda: Look([*self._undelivered()], {OUTPUT}, begins=False))

    def _look(self, find: Callable[[], Look]) -> None:
        try:
            self._tell(find())
        except AdapterError as fault:
            log.warning("IT was not told: %s", fault)
        except Exception as fault:  # noqa: BLE001 - a watch that breaks must not break what it watches
            log.warning("IT was not told, by a fault of the adapter: %s. Please report it.", type(fault).__name__)

    def _tell(self, look: Look) -> None:
        at, study = instant(self.clock()), self.place.study.id or ""
        ledger = Ledger(self.place.database, _password(self.place), study)
        known = noted(ledger.read(at), look, study, at)
        letter = to_tell(known, at)
        kept = ledger.keep(known)  # before the mail: a look that finds the same again must find it told
        if letter and self.place.outputs.email.it_to and (kept or self._seldom()):
            self._mail(letter)
            ledger.keep(told(known, letter, at))

    def _seldom(self) -> bool:
        """Whether runs are so rare that each may mail, where nothing can be kept on a disk that is full, say."""
        return interval_s(trigger_of(self.place), self.clock()) >= REST.total_seconds()

    def _mail(self, incidents: Sequence[Incident]) -> None:
        mail = self.place.outputs.email
        password = secret(mail.password, mail.password_file, "outputs.email.password") if mail.username else None
        catalogue = load_catalogue(places.folder("mappings") / "sentences.toml")
        zone = ZoneInfo(self.place.hospital.time_zone)
        subject, text = Writer(catalogue, mail.it_language, zone, platform.node()).letter(incidents)
        post, now = Post(mail, password), self.clock().astimezone(zone)
        for address in mail.it_to:
            post.send(Letter(address, letter_key(incidents), now, subject, text))

    def _of_journal(self) -> Iterator[Wrong]:
        """What the journal knows: deliveries that do not get on, and a long time without a good run before this one."""
        with self._journal() as journal:
            late = instant(self.clock() - WAITS)
            for name, output in self.place.outputs:
                if getattr(output, "enabled", False):
                    waiting = [one for one in journal.pending(name) if one.attempts and one.created_at < late]
                    stuck = [*waiting, *journal.deliveries(name, "dead")]
                    if stuck:
                        yield Wrong(OUTPUT, name, stuck[-1].last_error or "")
            yield from self._gap(journal)

    def _undelivered(self) -> Iterator[Wrong]:
        """The outputs that something did not reach, however lately."""
        with self._journal() as journal:
            tried = {one.output for one in journal.open_deliveries() if one.attempts}
        yield from (Wrong(OUTPUT, name) for name in sorted(tried))

    def _gap(self, journal: Journal) -> Iterator[Wrong]:
        """A time without a good run that this run has ended."""
        ends = journal.good_runs(self.place.study.id or "", 2)
        if len(ends) == 2 and (due := self._due(ends[1])) < ends[0]:
            yield Wrong(STALE, since=due, until=ends[0])

    def _stale(self) -> Iterator[Wrong]:
        """A time without a good run that goes on."""
        try:
            with self._journal() as journal:
                ends = journal.good_runs(self.place.study.id or "", 1)
        except AdapterError:  # that it cannot be read is what the run says
            return
        if ends and (due := self._due(ends[0])) < instant(self.clock()):
            yield Wrong(STALE, since=due)

    def _due(self, last: str) -> str:
        """When twice the time between two runs had passed since one."""
        now = self.clock()
        return instant(datetime.fromisoformat(last) + timedelta(seconds=2 * interval_s(trigger_of(self.place), now)))

    def _certificates(self) -> Iterator[Wrong]:
        yield from expiring(self.place, self.clock())

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        with read_database(self.place.database.url, password=_password(self.place)) as database:
            yield Journal(database)


@contextmanager
def watched(config: Path | None, clock: Callable[[], datetime]) -> Iterator[Watched]:
    """Watch one run: whatever it ends with, IT hears of what is wrong."""
    run = Watched()
    try:
        yield run
    except AdapterError as fault:
        if fault.exit_code not in UNTOLD:
            _faulty(config, clock, fault.exit_code, str(fault))
        raise
    except Exception as fault:
        _faulty(config, clock, errors.OUR_FAULT, type(fault).__name__)
        raise
    if run.report is not None and not run.report.dry_run:
        Watch(settings.load(config, os.environ), clock).after_run(run.report)


def _faulty(config: Path | None, clock: Callable[[], datetime], code: int, said: str) -> None:
    place = settings.as_far_as_readable(config, os.environ)
    if place is None:
        return
    watch = Watch(place, clock)
    if code == errors.PARTIAL:  # an export is under way, with which the next run goes on: only that it lasts is a fault
        watch.while_waiting()
    else:
        watch.after_fault(code, said)


def _of_report(report: RunReport) -> Iterator[Wrong]:
    if report.troubles:
        yield Wrong(PARTIAL, ", ".join(sorted(report.troubles)), next(iter(report.troubles.values())))
    for name, counts in report.deliveries.items():
        if counts["stuck"] or counts["dead"]:
            said = [line for line in report.trouble if line.startswith(f"{name}: ")]
            yield Wrong(OUTPUT, name, said[0].removeprefix(f"{name}: ") if said else "")


def _password(place: Settings) -> str | None:
    return settings.database_password(place)
