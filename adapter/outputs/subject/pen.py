"""What writes a subject, and notes what it wrote; what the server does not take is kept for the file that is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.fhir import errors
from adapter.fhir.write import Kept
from adapter.journal import Journal, Subject
from adapter.journal.statuses import MACHINES, STATUSES
from adapter.outputs.base import ALL_ALIKE, Clock, WaitsForPerson, instant
from adapter.outputs.subject import resource as form
from adapter.outputs.subject.register import LOST, Register
from adapter.outputs.subject.resource import Resource


class NotTaken(WaitsForPerson):
    """The server does not take what is to be written: it waits, and is left as a file for the site."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it was meant: a new subject where `now` is None, else a status onto the one that is there."""

    patient: str
    said: Resource
    now: Kept | None = None
    start: str = ""  # of a new subject
    simply: bool = False  # the server is not asked for anybody's, but for ours alone

    @property
    def status(self) -> str:
        """The status to be written."""
        return form.parts_of(self.said)["status"]


@dataclass
class Pen:
    """Writes for one study, patient after patient."""

    register: Register
    journal: Journal
    study: str
    clock: Clock
    not_taken: dict[str, Write] = field(default_factory=dict)  # by patient
    _refused: errors.Trouble | None = None

    def write(self, write: Write) -> str:
        """Write, and note it; return what IT should know. Raises NotTaken where the server does not take it."""
        try:
            if self._refused:
                raise self._refused
            trouble = self._change(write, write.now) if write.now else self._make(write)
        except (errors.Refused, errors.Rejected, errors.NotFound) as refusal:
            self.not_taken[write.patient] = write
            self._refused = refusal if refusal.status in ALL_ALIKE else None
            raise NotTaken(str(refusal)) from None
        return trouble

    def _make(self, write: Write) -> str:
        patient, allowed = write.patient, self._allowed(write)
        study = self.register.study_to_write()
        subject = form.built(self.register.identifier(patient), study, patient, write.said, write.start)
        now = self.register.make(form.valid(subject, allowed), patient, ours_alone=write.simply)
        self.note(patient, now, None)
        own = form.named(now.resource)
        others = ", ".join(self._others(own, patient))
        return f"{own}: beside it there is {others} for one patient. Delete one." if others else ""

    def _others(self, own: str, patient: str) -> list[str]:
        """The subjects that others made at the same time; where that cannot be asked now, the next look finds them."""
        try:
            return self.register.others_than(own, patient)
        except LOST:
            return []

    def _change(self, write: Write, now: Kept) -> str:
        patient, allowed = write.patient, self._allowed(write)
        study = self.register.study_known() or "ResearchStudy/unknown"
        form.valid(form.built(self.register.identifier(patient), study, patient, write.said, "2000-01-01"), allowed)
        after, again = self.register.change(now, write.said)
        self.note(patient, after, None)
        return f"{form.named(after.resource)}: was deleted as we wrote it, and is there again." if again else ""

    @staticmethod
    def _allowed(write: Write) -> frozenset[str]:
        """The machine writes its three statuses, a person any."""
        return frozenset(STATUSES) if write.said["url"] == form.BY_PERSON else MACHINES

    def note(self, patient: str, now: Kept, row: Subject | None) -> None:
        """Keep the subject as the server holds it now; nothing where the row says so already."""
        subject, period = now.resource, now.resource.get("period")
        start = period.get("start") if isinstance(period, Mapping) else None
        said = (form.named(subject), form.status_of(subject), start, form.own_words(subject))
        if row and said == (row.resource, row.status, row.period_start, row.extension):
            return
        with self.journal.transaction() as work:
            work.wrote(Subject(self.study, patient, *said, now.etag, instant(self.clock())))
