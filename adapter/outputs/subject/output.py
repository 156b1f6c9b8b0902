"""Writing to the server who is worth a look: one ResearchSubject a patient, never over a person's word.

Every try looks first and decides on what it saw; a write holds only for what was seen (If-None-Exist, If-Match). Where
another was faster, or an answer was lost, it looks again. What a person set on our page is written as theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapter.fhir import errors
from adapter.fhir.client import Client
from adapter.journal import Delivery, Journal, Review, StoredDecision, StoredStatus, Subject
from adapter.journal.statuses import SUBJECT_OUTPUT, furthest
from adapter.outputs.base import ALL_ALIKE, AWAY, Clock, State, Told, WaitsForPerson, attempt
from adapter.outputs.subject import resource as form
from adapter.outputs.subject import spoken, states
from adapter.outputs.subject.left import leave
from adapter.outputs.subject.pen import Pen, Write
from adapter.outputs.subject.register import LOST, Found, Lost, Register
from adapter.outputs.subject.resource import Resource
from adapter.outputs.subject.states import OURS, THEIRS, Deed
from adapter.screening.decision import Standing
from adapter.screening.study import Study

TRIES = 4
AGAIN = (errors.Conflict, Lost, *LOST)  # another was faster, or the write may have worked: look again
DELETE = "all are for one patient in this study. Delete all but one; none was touched."
OTHER = "another adapter wrote it. Two are at work on this study: stop one. After a new database this is said once."
LEFT = "that the server does not take are left as a file. Have the site post it, or delete what it does not want:"
Result = tuple[Review | None, str]  # what a person is asked, and what IT is told


@dataclass(frozen=True, slots=True)
class Mark:
    """By what our subjects are known: the secret behind their identifiers, and the version of the study."""

    key: bytes
    study_version: str


@dataclass(frozen=True, slots=True)
class Place:
    """The study's own ResearchStudy on the server, where the settings name it; the file that is left for the site."""

    research_study: str | None
    left: Path


@dataclass(frozen=True, slots=True)
class Case:
    """One patient: what was decided, what persons said, and what of it waits to be told."""

    patient: str
    decision: StoredDecision | None
    statuses: Sequence[StoredStatus]
    together: tuple[Delivery, ...]
    merged: tuple[str, ...] = ()  # the records that this one stands for

    @property
    def records(self) -> tuple[str, ...]:
        """All ids of the patient."""
        return (self.patient, *self.merged)

    @property
    def to_say(self) -> StoredStatus | None:
        """What a person said and the server was not told."""
        return spoken.to_say(self.together, self.statuses)


class ResearchSubjectOutput:
    """Makes each patient's subject what the newest decision says, where the table of states allows it."""

    name = SUBJECT_OUTPUT

    def __init__(
        self, client: Client, journal: Journal, study: Study, mark: Mark, clock: Clock, *, place: Place
    ) -> None:  # fmt: skip
        self._journal, self._study, self._mark, self._place = journal, study.id, mark, place
        self._register = Register(client, study, mark.key, place.research_study)
        self._pen = Pen(self._register, journal, study.id, clock)
        self._writer = journal.installation()
        self._away: errors.Trouble | None = None
        self._survivors: Mapping[str, str] = {}  # of the records that another stands for

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Write for one patient after the other; several changes of one patient are one write."""
        patients: dict[str, list[Delivery]] = {}
        for one in pending:
            payload = json.loads(one.payload)
            if payload["study"] == self._study:
                patients.setdefault(payload["patient"], []).append(one)
        self._survivors = self._journal.survivors()
        for patient, together in patients.items():
            yield attempt(together, partial(self._patient, patient, tuple(together)))
        yield attempt((), self._leave)

    def _leave(self) -> Told:
        """Leave what the server did not take as a file for the site."""
        waiting = self._pen.not_taken
        if isinstance(self._away, errors.Temporary):  # what was left before may still wait
            return Told((), State.DONE)
        leave(self._place.left, self._register, waiting.values())
        return Told((), State.DONE, f"{len(waiting)} {LEFT} {self._place.left}." if waiting else "")

    def _patient(self, patient: str, together: tuple[Delivery, ...]) -> Told:
        looked_at, decision = (self._study, patient), self._journal.latest(self._study, patient)
        merged = tuple(old for old, survivor in self._survivors.items() if survivor == patient)
        case = Case(patient, decision, self._journal.statuses_of(self._study, patient), together, merged)
        if patient in self._survivors and case.to_say is None:  # what is decided of the survivor counts
            return Told(together, State.DONE, looked_at=looked_at)
        if case.to_say is None:
            if decision is None or json.loads(decision.line).get("incomplete"):
                return Told(together, State.PENDING)  # nothing is raised or lowered on data read in part
            if decision.standing == Standing.OPEN:  # by the table, whatever is found is left as it is
                return Told(together, State.DONE, looked_at=looked_at)
        try:
            if self._away:
                raise self._away
            review, trouble = self._persist(case)
        except (*AWAY, errors.Rejected) as refusal:
            if isinstance(refusal, AWAY) or refusal.status in ALL_ALIKE:
                self._away = refusal
            if isinstance(refusal, errors.Permanent):
                self._unseen(case)
            raise
        return Told(together, State.DONE, trouble, review=review, looked_at=looked_at)

    def _unseen(self, case: Case) -> None:
        """Have what would be written to a server that shows nothing left for the site: new subjects alone."""
        decision, said = case.decision, case.to_say
        if self._noted(case) is not None:
            return  # it can only be changed by who has read it
        if said is not None:
            write = Write(case.patient, form.by_person(said), start=said.at[:10])
        elif decision is not None and states.todo(Standing(decision.standing), states.NONE, OURS).deed is Deed.CREATE:
            write = Write(case.patient, self._words(decision), start=decision.as_of)
        else:
            return
        self._pen.not_taken[case.patient] = write

    def _words(self, decision: StoredDecision) -> Resource:
        return form.extension(decision.as_of, self._mark.study_version, decision.standing, self._writer)

    def _persist(self, case: Case) -> Result:
        """Look, decide and write, again where another was faster; a subject that may have been made is looked for."""
        lost: Lost | None = None
        for number in range(1, TRIES + 1):
            try:
                found = self._register.find(case.records, self._noted(case))
                if lost and not found.names:
                    raise lost  # made again at once, there might be two
                return self._once(case, found, simply=number >= TRIES - 1)
            except AGAIN as trouble:
                if number == TRIES or trouble is lost:
                    raise
                lost = trouble if isinstance(trouble, Lost) else lost
        raise AssertionError("the last try returns or raises")

    def _noted(self, case: Case) -> Subject | None:
        """What we noted of the patient, or else of a record that was merged into theirs."""
        rows = (self._journal.subject(self._study, record) for record in case.records)
        return next((row for row in rows if row is not None), None)

    def _once(self, case: Case, found: Found, *, simply: bool) -> Result:
        """Decide on what was seen, and write once."""
        if len(found.ours) > 1:
            raise WaitsForPerson(f"{', '.join(found.names)}: {DELETE}")
        if case.to_say is not None:
            return self._say(case, case.to_say, found, simply=simply)
        assert case.decision is not None
        return self._follow(case, case.decision, found, simply=simply)

    def _say(self, case: Case, said: StoredStatus, found: Found, *, simply: bool) -> Result:
        """Write what a person said on our page."""
        write = Write(case.patient, form.by_person(said), start=said.at[:10], simply=simply)
        if not found.all:
            return None, self._pen.write(write)
        if len(found.all) > 1:
            raise WaitsForPerson(f"{', '.join(found.names)}: {DELETE}")
        (now,), status = found.all, form.status_of(found.all[0].resource)
        if status == said.status:
            return None, ""
        known = spoken.known_before(said, case.statuses, case.together)
        if not spoken.may_replace(now, said, known, machines=self._is_machines(case, found)):
            return self._asked(case, said.status, status), ""
        return None, self._pen.write(Write(case.patient, form.by_person(said), now))

    def _follow(self, case: Case, decision: StoredDecision, found: Found, *, simply: bool) -> Result:
        """Write what was decided, where the table of states says so."""
        whose, status = self._seen(case, found)
        todo = states.todo(Standing(decision.standing), status, whose)
        said, trouble = self._words(decision), self._told(found)
        if todo.deed is Deed.CREATE:
            trouble += self._pen.write(Write(case.patient, said, start=decision.as_of, simply=simply))
        elif todo.deed is Deed.UPDATE:
            trouble += self._pen.write(Write(case.patient, said, found.ours[0]))
        elif whose is OURS and found.ours:
            self._pen.note(case.patient, found.ours[0], found.row)
        asks = todo.deed is Deed.REVIEW
        return self._asked(case, decision.standing, status) if asks else None, trouble

    def _seen(self, case: Case, found: Found) -> tuple[str, str]:
        """Whose the subject is and what it says; a person's, if there is one, speaks for the patient."""
        page = spoken.said_on_page(case.statuses)
        if page is None and self._is_machines(case, found):
            return OURS, form.status_of(found.ours[0].resource)
        if found.all or page:
            theirs = [form.status_of(one.resource) for one in found.all] or [page.status if page else ""]
            return THEIRS, furthest(theirs) or states.UNKNOWN
        return OURS, states.GONE if found.row else states.NONE

    def _is_machines(self, case: Case, found: Found) -> bool:
        """Whether the one subject is ours, in its place, and still as a machine wrote it."""
        if found.theirs or not found.ours:
            return False
        subject = found.ours[0].resource
        decisions = [one for record in case.records for one in self._journal.history(self._study, record)]
        in_place = any(self._register.is_about(subject, record) for record in case.records)
        return in_place and form.is_as_written(subject, found.row, decisions, self._writer)

    def _told(self, found: Found) -> str:
        """What IT should know of the subjects that are there: two for one patient, or two adapters."""
        if len(found.all) > 1:
            return f"{', '.join(found.names)}: {DELETE}"
        noted = found.row and found.row.extension
        foreign = [one.resource for one in found.ours if form.writer_of(one.resource, self._writer)]
        foreign = [one for one in foreign if form.own_words(one) != noted]
        foreign += [one.resource for one in found.theirs if form.identifiers(one.resource, form.SCREENING)]
        return f"{form.named(foreign[0])}: {OTHER}" if foreign else ""

    def _asked(self, case: Case, standing: str, status: str) -> Review | None:
        decision = case.decision
        return Review(self._study, case.patient, decision.id, standing, status) if decision else None
