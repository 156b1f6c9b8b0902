"""Writing to the journal: what one transaction adds, each row told of by the audit chain."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from adapter.database.tables import (
    journal_change,
    journal_decision,
    journal_delivery,
    journal_installation,
    journal_merged,
    journal_note,
    journal_review,
    journal_run,
    journal_screening_number,
    journal_set_aside,
    journal_status,
    journal_subject,
)
from adapter.errors import AdapterError, UsageError
from adapter.journal import read
from adapter.journal.audit.chain import ADAPTER, Chain, Row
from adapter.journal.picks import digest
from adapter.journal.records import Change, Decided, Delivery, Latest, Marked, StoredDecision, Subject
from adapter.journal.statuses import SUBJECT_OUTPUT, PersonStatus, Review, sound, subject_delivery

MAY_HAVE_BEEN_TOLD = "may have been told before the journal was restored"


@dataclass
class Work:
    """One transaction: a run's decisions with their changes and deliveries are there together, or not at all."""

    connection: Connection
    chain: Chain
    _decided: dict[int, str] = field(default_factory=dict)  # whom the decisions of this transaction are about

    def audit(self, kind: str, who: str = ADAPTER, patient: str | None = None, **what: Any) -> None:
        """Put an act on the audit chain that leaves no other row: who saw or did what; `what` is kept as JSON.

        Without a patient, `what` must say nothing of one: it cannot be erased.
        """
        self.chain.tell(kind, who, patient, what)

    def add(self, table: Table, kind: str, row: Mapping[str, Any], patient: str | None, who: str = ADAPTER) -> Row:
        """Insert a row, tell the chain of it, and return it with the number that the database gave."""
        key = self.connection.execute(insert(table).values(row)).inserted_primary_key
        assert key is not None
        whole = {**dict(zip(table.primary_key.columns.keys(), key, strict=True)), **row}
        self.chain.tell_row(kind, who, patient, table, whole)
        return whole

    def changed(self, table: Table, kind: str, patient: str | None = None, **key: Any) -> None:
        """Tell the chain how a row stands that was changed."""
        its = (table.c[name] == value for name, value in key.items())
        row = self.connection.execute(select(table).where(*its)).mappings().one()
        self.chain.tell_row(kind, ADAPTER, patient, table, row)

    def begin_run(self, *, started_at: str, as_of: str, study: str, study_hash: str, adapter_version: str) -> int:
        """Note that a run has begun; return its number."""
        by = {"study": study, "study_hash": study_hash, "adapter_version": adapter_version}
        return self._number(journal_run, "run-begun", {"started_at": started_at, "as_of": as_of, **by})

    def end_run(self, run: int, *, ended_at: str, report: str, exit_code: int) -> None:
        """Note how a run has ended."""
        ending = update(journal_run).where(journal_run.c.id == run, journal_run.c.ended_at.is_(None))
        done = self.connection.execute(ending.values(ended_at=ended_at, report=report, exit_code=exit_code))
        if not done.rowcount:
            raise AdapterError(f"run {run}: there is none that has not ended")
        self.changed(journal_run, "run-ended", id=run)

    def record(self, decision: Decided) -> int:
        """Add a decision; return its number."""
        row = {**asdict(decision), "picks_digest": digest(decision.picks)}
        number = self._number(journal_decision, "decision", row, decision.patient)
        self._decided[number] = decision.patient
        return number

    def note(self, decision: int, language: str, note: str) -> None:
        """Add what a decision says in words, in one language."""
        patient = self._decided.get(decision) or read.decision(self.connection, decision).patient
        self.add(journal_note, "note", {"decision": decision, "language": language, "note": note}, patient)

    def latest(self, study: str) -> dict[str, Latest]:
        """The latest decision of every patient of a study, in order of patients; `decision` has the rest of one."""
        return read.latest_of_all(self.connection, study)

    def latest_of(self, study: str, patient: str) -> Latest | None:
        """The latest decision of one patient."""
        return read.latest_of(self.connection, study, patient)

    def decision(self, number: int) -> StoredDecision:
        """One decision whole."""
        return read.decision(self.connection, number)

    def change(self, change: Change) -> int:
        """Add a change; return its number."""
        return self._number(journal_change, "change", asdict(change), change.patient)

    def deliver(self, output: str, key: str, payload: str, at: str) -> bool:
        """Put something on its way to an output; False where its key was given before: then it stays as it is."""
        if self.connection.scalar(select(journal_delivery.c.id).where(journal_delivery.c.key == key)) is not None:
            return False
        fresh = {"state": "pending", "attempts": 0, "created_at": at}
        row = {"output": output, "key": key, "payload": payload, **fresh}
        self._number(journal_delivery, "delivery", row, _about(payload))
        return True

    def deliveries(self, output: str) -> list[Delivery]:
        """All that was ever put on its way to an output, the oldest first."""
        return read.deliveries(self.connection, output)

    def done(self, delivery: int, at: str) -> None:
        """Note that a delivery has arrived."""
        self._attempted(delivery, "delivery-done", {"state": "done", "done_at": at, "next_try_at": None})

    def failed(self, delivery: int, error: str, *, permanent: bool, next_try_at: str | None = None) -> None:
        """Note that a delivery has failed: for good, or until it is tried again."""
        state = {"state": "dead", "next_try_at": None} if permanent else {"next_try_at": next_try_at}
        kind = "delivery-dead" if permanent else "delivery-failed"
        self._attempted(delivery, kind, {**state, "last_error": error})

    def withhold(self, output: str, at: str) -> int:
        """Take for done what waits for an output: it may have been told before the journal was restored."""
        waiting = read.deliveries(self.connection, output, "pending")
        for one in waiting:
            said = {"state": "done", "done_at": at, "next_try_at": None, "last_error": MAY_HAVE_BEEN_TOLD}
            self._attempted(one.id, "delivery-withheld", said)
        return len(waiting)

    def retry(self, delivery: int, who: str) -> None:
        """Have one that had failed for good tried again, because a person says so."""
        self._settled(delivery, ("dead",), "delivery-retried", who, {"state": "pending", "next_try_at": None})

    def drop(self, delivery: int, who: str, at: str) -> None:
        """Close one that is not to be delivered any more, because a person says so."""
        closed = {"state": "done", "done_at": at, "next_try_at": None, "last_error": f"closed undelivered by {who}"}
        self._settled(delivery, ("dead", "pending"), "delivery-dropped", who, closed)

    def screening_number(self, study: str, patient: str, at: str) -> str:
        """The patient's number in a study (S-0001), given now if there is none yet; none is ever given twice."""
        if (known := read.screening_number(self.connection, study, patient)) is not None:
            return known
        c = journal_screening_number.c
        number = (self.connection.scalar(select(func.max(c.number)).where(c.study == study)) or 0) + 1
        row = {"study": study, "patient": patient, "number": number, "given_at": at}
        self.add(journal_screening_number, "screening-number", row, patient)
        return read.as_shown(number)

    def merged(self, patient: str, survivor: str | None, at: str) -> None:
        """Note that another record stands for this one from now on; None: it stands for itself again."""
        self._number(journal_merged, "merged", {"patient": patient, "survivor": survivor, "at": at}, patient)

    def mark(self, marked: Marked) -> int:
        """Add a person's word on one fact; return its number."""
        kind = "given-back" if marked.lifted else "set-aside"
        return self._number(journal_set_aside, kind, asdict(marked), marked.patient, marked.author)

    def set_status(self, said: PersonStatus, *, tell_server: bool) -> int:
        """Add what a person says of a patient, and have the server told; return its number.

        `tell_server`: whether the output of ResearchSubjects is on. An open review of the patient is ended by it.
        """
        number = self._number(journal_status, "status", asdict(sound(said)), said.patient, said.author)
        self.end_review(said.study, said.patient, said.at, said.author)
        if tell_server:
            cause = f"status-{number}"
            self.deliver(SUBJECT_OUTPUT, *subject_delivery(said.study, said.patient, cause, number), said.at)
        return number

    def last_status(self, study: str, patient: str) -> int:
        """The number of what a person said last of a patient; 0 where nobody has."""
        c = journal_status.c
        asked = select(func.max(c.id)).where(c.study == study, c.patient == patient)
        return self.connection.scalar(asked) or 0

    def saw_status(self, said: PersonStatus) -> int:
        """Add what a person said on the server, as a run found it; return its number."""
        return self._number(journal_status, "status-seen", asdict(sound(said)), said.patient)

    def open_review(self, review: Review, at: str) -> bool:
        """Ask a person to look; False where the same is asked already. What was asked before of the patient ends."""
        c = journal_review.c
        same = select(c.id).where(c.ended_at.is_(None), *(c[name] == value for name, value in _asked(review).items()))
        if self.connection.scalar(same) is not None:
            return False
        self.end_review(review.study, review.patient, at, "data")
        self._number(journal_review, "review", {**asdict(review), "opened_at": at}, review.patient)
        return True

    def end_review(self, study: str, patient: str, at: str, by: str) -> bool:
        """Note that nobody is asked any more, and who settled it; False where nobody was asked."""
        c = journal_review.c
        asked = c.study == study, c.patient == patient, c.ended_at.is_(None)
        number = self.connection.scalar(select(c.id).where(*asked))
        if number is None:
            return False
        self.connection.execute(update(journal_review).where(c.id == number).values(ended_at=at, ended_by=by))
        self.changed(journal_review, "review-ended", patient, id=number)
        return True

    def installation(self) -> str:
        """The word by which this database is known, made at the first asking."""
        known = self.connection.scalar(select(journal_installation.c.word))
        if known is None:
            known = secrets.token_hex(8)
            self.add(journal_installation, "installation", {"number": 1, "word": known}, None)
        return known

    def wrote(self, subject: Subject) -> None:
        """Keep what was written to a ResearchSubject, instead of what was written before."""
        c = journal_subject.c
        before = delete(journal_subject).where(c.study == subject.study, c.patient == subject.patient)
        self.connection.execute(before)
        self.add(journal_subject, "subject-written", asdict(subject), subject.patient)

    def _settled(
        self, delivery: int, states: Collection[str], kind: str, who: str, values: Mapping[str, Any]
    ) -> None:  # fmt: skip
        """Change a delivery by a person's word, and put it on the chain as theirs."""
        c = journal_delivery.c
        row = self.connection.execute(select(journal_delivery).where(c.id == delivery)).mappings().one_or_none()
        if row is None or row["state"] not in states:
            found = "there is none" if row is None else f"it is {row['state']}"
            raise UsageError(f"delivery {delivery}: {found}. trial-adapter deliveries lists what is open.")
        self.connection.execute(update(journal_delivery).where(c.id == delivery).values(**values))
        self.chain.tell_row(kind, who, _about(row["payload"]), journal_delivery, {**row, **values})

    def _attempted(self, delivery: int, kind: str, values: Mapping[str, Any]) -> None:
        c = journal_delivery.c
        waiting = update(journal_delivery).where(c.id == delivery, c.state == "pending")
        if not self.connection.execute(waiting.values(attempts=c.attempts + 1, **values)).rowcount:
            raise AdapterError(f"delivery {delivery}: there is none that is pending")
        payload = self.connection.scalar(select(c.payload).where(c.id == delivery))
        self.changed(journal_delivery, kind, _about(str(payload)), id=delivery)

    def _number(
        self, table: Table, kind: str, row: Mapping[str, Any], patient: str | None = None, who: str = ADAPTER
    ) -> int:
        return int(self.add(table, kind, row, patient, who)["id"])


def _about(payload: str) -> str | None:
    """Whom a delivery is about, where its payload is JSON that names a patient."""
    try:
        said = json.loads(payload)
    except ValueError:
        return None
    return said.get("patient") if isinstance(said, dict) else None


def _asked(review: Review) -> dict[str, str]:
    """What makes two reviews one: a newer decision that says the same asks nothing new."""
    return {"study": review.study, "patient": review.patient, "standing": review.standing, "found": review.found}
