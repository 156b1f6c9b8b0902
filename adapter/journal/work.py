"""Writing to the journal: what one transaction adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from adapter.database.tables import (
    journal_change,
    journal_decision,
    journal_delivery,
    journal_note,
    journal_review,
    journal_run,
    journal_screening_number,
    journal_set_aside,
    journal_status,
    journal_subject,
)
from adapter.errors import AdapterError
from adapter.journal import read
from adapter.journal.picks import digest
from adapter.journal.records import Change, Decided, Delivery, Latest, Marked, StoredDecision, Subject
from adapter.journal.statuses import SUBJECT_OUTPUT, PersonStatus, Review, sound, subject_delivery


@dataclass
class Work:
    """One transaction: a run's decisions with their changes and deliveries are there together, or not at all."""

    connection: Connection

    def begin_run(self, *, started_at: str, as_of: str, study: str, study_hash: str, adapter_version: str) -> int:
        """Note that a run has begun; return its number."""
        row = {"started_at": started_at, "as_of": as_of, "study": study}
        return self._add(journal_run, {**row, "study_hash": study_hash, "adapter_version": adapter_version})

    def end_run(self, run: int, *, ended_at: str, report: str, exit_code: int) -> None:
        """Note how a run has ended."""
        ending = update(journal_run).where(journal_run.c.id == run, journal_run.c.ended_at.is_(None))
        done = self.connection.execute(ending.values(ended_at=ended_at, report=report, exit_code=exit_code))
        if not done.rowcount:
            raise AdapterError(f"run {run}: there is none that has not ended")

    def record(self, decision: Decided) -> int:
        """Add a decision; return its number."""
        return self._add(journal_decision, {**asdict(decision), "picks_digest": digest(decision.picks)})

    def note(self, decision: int, language: str, note: str) -> None:
        """Add what a decision says in words, in one language."""
        self.connection.execute(insert(journal_note).values(decision=decision, language=language, note=note))

    def latest(self, study: str) -> dict[str, Latest]:
        """The latest decision of every patient of a study, in order of patients; `decision` has the rest of one."""
        return read.latest_of_all(self.connection, study)

    def decision(self, number: int) -> StoredDecision:
        """One decision whole."""
        return read.decision(self.connection, number)

    def change(self, change: Change) -> int:
        """Add a change; return its number."""
        return self._add(journal_change, asdict(change))

    def deliver(self, output: str, key: str, payload: str, at: str) -> bool:
        """Put something on its way to an output; False where its key was given before: then it stays as it is."""
        if self.connection.scalar(select(journal_delivery.c.id).where(journal_delivery.c.key == key)) is not None:
            return False
        fresh = {"state": "pending", "attempts": 0, "created_at": at}
        self._add(journal_delivery, {"output": output, "key": key, "payload": payload, **fresh})
        return True

    def deliveries(self, output: str) -> list[Delivery]:
        """All that was ever put on its way to an output, the oldest first."""
        return read.deliveries(self.connection, output)

    def done(self, delivery: int, at: str) -> None:
        """Note that a delivery has arrived."""
        self._attempted(delivery, {"state": "done", "done_at": at, "next_try_at": None})

    def failed(self, delivery: int, error: str, *, permanent: bool, next_try_at: str | None = None) -> None:
        """Note that a delivery has failed: for good, or until it is tried again."""
        state = {"state": "dead", "next_try_at": None} if permanent else {"next_try_at": next_try_at}
        self._attempted(delivery, {**state, "last_error": error})

    def screening_number(self, study: str, patient: str, at: str) -> str:
        """The patient's number in a study (S-0001), given now if there is none yet; none is ever given twice."""
        if (known := read.screening_number(self.connection, study, patient)) is not None:
            return known
        c = journal_screening_number.c
        number = (self.connection.scalar(select(func.max(c.number)).where(c.study == study)) or 0) + 1
        row = {"study": study, "patient": patient, "number": number, "given_at": at}
        self.connection.execute(insert(journal_screening_number).values(row))
        return read.as_shown(number)

    def mark(self, marked: Marked) -> int:
        """Add a person's word on one fact; return its number."""
        return self._add(journal_set_aside, asdict(marked))

    def set_status(self, said: PersonStatus, *, tell_server: bool) -> int:
        """Add what a person says of a patient, and have the server told; return its number.

        `tell_server`: whether the output of ResearchSubjects is on. An open review of the patient is ended by it.
        """
        number = self._add(journal_status, asdict(sound(said)))
        self.end_review(said.study, said.patient, said.at, said.author)
        if tell_server:
            cause = f"status-{number}"
            self.deliver(SUBJECT_OUTPUT, *subject_delivery(said.study, said.patient, cause, number), said.at)
        return number

    def saw_status(self, said: PersonStatus) -> int:
        """Add what a person said on the server, as a run found it; return its number."""
        return self._add(journal_status, asdict(sound(said)))

    def open_review(self, review: Review, at: str) -> bool:
        """Ask a person to look; False where the same is asked already. What was asked before of the patient ends."""
        c = journal_review.c
        same = select(c.id).where(c.ended_at.is_(None), *(c[name] == value for name, value in _asked(review).items()))
        if self.connection.scalar(same) is not None:
            return False
        self.end_review(review.study, review.patient, at, "data")
        self._add(journal_review, {**asdict(review), "opened_at": at})
        return True

    def end_review(self, study: str, patient: str, at: str, by: str) -> bool:
        """Note that nobody is asked any more, and who settled it; False where nobody was asked."""
        c = journal_review.c
        ended = update(journal_review).where(c.study == study, c.patient == patient, c.ended_at.is_(None))
        return bool(self.connection.execute(ended.values(ended_at=at, ended_by=by)).rowcount)

    def wrote(self, subject: Subject) -> None:
        """Keep what was written to a ResearchSubject, instead of what was written before."""
        c = journal_subject.c
        before = delete(journal_subject).where(c.study == subject.study, c.patient == subject.patient)
        self.connection.execute(before)
        self.connection.execute(insert(journal_subject).values(asdict(subject)))

    def _attempted(self, delivery: int, values: Mapping[str, Any]) -> None:
        c = journal_delivery.c
        waiting = update(journal_delivery).where(c.id == delivery, c.state == "pending")
        if not self.connection.execute(waiting.values(attempts=c.attempts + 1, **values)).rowcount:
            raise AdapterError(f"delivery {delivery}: there is none that is pending")

    def _add(self, table: Table, row: Mapping[str, Any]) -> int:
        key = self.connection.execute(insert(table).values(row)).inserted_primary_key
        assert key is not None
        return int(key[0])


def _asked(review: Review) -> dict[str, str]:
    """What makes two reviews one: a newer decision that says the same asks nothing new."""
    return {"study": review.study, "patient": review.patient, "standing": review.standing, "found": review.found}
