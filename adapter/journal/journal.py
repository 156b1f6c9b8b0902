"""The journal as the rest of the adapter sees it: a transaction to write in, and questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby

from adapter.database import Database
from adapter.journal import read, statuses
from adapter.journal.audit.chain import Chain
from adapter.journal.audit.guard import Guard
from adapter.journal.clinic import answers
from adapter.journal.clinic.answers import Form
from adapter.journal.merged import one_person, survivors
from adapter.journal.records import Delivery, Latest, Marked, Run, StoredChange, StoredDecision, Subject
from adapter.journal.statuses import Origin, StoredReview, StoredStatus
from adapter.journal.work import Work
from adapter.screening.model import SetAside


class Journal:
    """What was decided and told. Readers see what was there when they asked, also while a run writes."""

    def __init__(self, database: Database) -> None:
        self._database, self._guard = database, Guard(database.url)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """All that is added in the context is kept at its end, or nothing of it."""
        with self._database.writing() as connection:
            self._guard.hold(connection)
            work = Work(connection, Chain(connection))
            yield work
            head = work.chain.seal()
        if head is not None:
            self._guard.note(*head)

    def latest(self, study: str, patient: str, as_of: str | None = None) -> StoredDecision | None:
        """The latest decision about a patient; with a day (YYYY-MM-DD), of those whose index date is not later."""
        with self._database.reading() as connection:
            return read.latest(connection, study, patient, as_of)

    def note(self, decision: int, language: str) -> str | None:
        """What a decision says in words, as it said it then; None where none were kept."""
        with self._database.reading() as connection:
            return read.note(connection, decision, language)

    def latest_of_all(self, study: str) -> dict[str, Latest]:
        """The latest decision of every patient of a study, in order of patients."""
        with self._database.reading() as connection:
            return read.latest_of_all(connection, study)

    def decision(self, number: int) -> StoredDecision:
        """One decision by its number."""
        with self._database.reading() as connection:
            return read.decision(connection, number)

    def history(self, study: str, patient: str) -> list[StoredDecision]:
        """All decisions about a patient, the oldest first."""
        with self._database.reading() as connection:
            return read.history(connection, study, patient)

    def changes(self, study: str, patient: str | None = None, *, after: int = 0) -> list[StoredChange]:
        """Changes, the oldest first: all of a study or one patient's, those after a certain one."""
        with self._database.reading() as connection:
            return read.changes(connection, study, patient, after)

    def pending(self, output: str) -> list[Delivery]:
        """What waits for an output, the oldest first, due or not: every run tries each once more."""
        return self.deliveries(output, "pending")

    def deliveries(self, output: str, state: str) -> list[Delivery]:
        """The deliveries of an output that are pending, done or dead."""
        with self._database.reading() as connection:
            return read.deliveries(connection, output, state)

    def open_deliveries(self) -> list[Delivery]:
        """What waits for any output, or has failed for good, the oldest first."""
        with self._database.reading() as connection:
            return read.open_deliveries(connection)

    def done(self, delivery: int, at: str) -> None:
        """Note, in a transaction of its own, that a delivery has arrived."""
        with self.transaction() as work:
            work.done(delivery, at)

    def failed(self, delivery: int, error: str, *, permanent: bool, next_try_at: str | None = None) -> None:
        """Note, in a transaction of its own, that a delivery has failed."""
        with self.transaction() as work:
            work.failed(delivery, error, permanent=permanent, next_try_at=next_try_at)

    def survivors(self) -> dict[str, str]:
        """The records that another stands for, each with that one: what is one person, as the last run found it."""
        with self._database.reading() as connection:
            return survivors(connection)

    def one_person(self, patient: str) -> list[str]:
        """Every record of the person whose record this is, as merges stand."""
        with self._database.reading() as connection:
            return one_person(connection, patient)

    def screening_number(self, study: str, patient: str) -> str | None:
        """The patient's number in a study, if one was given."""
        with self._database.reading() as connection:
            return read.screening_number(connection, study, patient)

    def patient_of(self, study: str, shown: str) -> str | None:
        """The patient who has a screening number (S-0001), if anybody has it."""
        with self._database.reading() as connection:
            return read.patient_of(connection, study, shown)

    def installation(self) -> str:
        """The word by which this database is known from another's that has the same key; it tells nothing else."""
        with self.transaction() as work:
            return work.installation()

    def subject(self, study: str, patient: str) -> Subject | None:
        """What we last wrote to a patient's ResearchSubject."""
        with self._database.reading() as connection:
            return read.subject(connection, study, patient)

    def statuses_of(self, study: str, patient: str) -> list[StoredStatus]:
        """Everything that persons said of where a patient stands, the oldest first."""
        with self._database.reading() as connection:
            return statuses.statuses_of(connection, study, patient)

    def latest_statuses(self, study: str, origin: Origin | None = None) -> dict[str, StoredStatus]:
        """What persons said last of each patient: anywhere, or on our page or the server alone."""
        with self._database.reading() as connection:
            return statuses.latest_statuses(connection, study, origin)

    def open_reviews(self, study: str) -> list[StoredReview]:
        """What persons are asked to look at, the oldest first."""
        with self._database.reading() as connection:
            return statuses.open_reviews(connection, study)

    def set_aside(self, study: str) -> dict[str, tuple[SetAside, ...]]:
        """What persons have marked as not to be used, of each patient in the order it was said."""
        with self._database.reading() as connection:
            by_patient = groupby(read.set_aside(connection, study), lambda marked: marked.patient)
            return {patient: tuple(map(_as_marked, own)) for patient, own in by_patient}

    def forms(self, study: str) -> dict[str, list[Form]]:
        """The forms that were filled in on the page, by patient."""
        with self._database.reading() as connection:
            return answers.every(connection, study)

    def forms_of(self, study: str, patient: str) -> list[Form]:
        """The forms of one patient, the oldest first."""
        with self._database.reading() as connection:
            return answers.of(connection, study, patient)

    def form(self, number: int) -> Form | None:
        """One form by its number, unless what was said of the patient has been removed."""
        with self._database.reading() as connection:
            return answers.one(connection, number)

    def run(self, number: int) -> Run:
        """One run by its number."""
        with self._database.reading() as connection:
            return read.run(connection, number)

    def good_runs(self, study: str, count: int) -> list[str]:
        """When the last runs began that came to a good end, the newest first; a run that failed leaves no row."""
        with self._database.reading() as connection:
            return read.good_runs(connection, study, count)

    def last_run(self, study: str, *, before: int | None = None) -> Run | None:
        """The run begun last, or last before another, ended or not."""
        with self._database.reading() as connection:
            return read.last_run(connection, study, before)


def _as_marked(marked: Marked) -> SetAside:
    until = date.fromisoformat(marked.until) if marked.until else None
    since = date.fromisoformat(marked.since)
    return SetAside(marked.resource, marked.item, marked.received, marked.reason, marked.author, since, until)
