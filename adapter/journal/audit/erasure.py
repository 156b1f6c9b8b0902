"""What leaves the journal: the facts about a patient who has left, or the person altogether.

The fact that something was decided stays, with its day, its study and its run. The chain says that content was taken
away, and still fits: its digests of what was taken away cannot be traced once the person's salt is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from adapter.database.dialect import append_only
from adapter.database.tables import (
    clinic_outlook,
    clinic_person,
    clinic_seen,
    journal_act,
    journal_answer,
    journal_audit,
    journal_change,
    journal_decision,
    journal_delivery,
    journal_merged,
    journal_note,
    journal_person,
    journal_set_aside,
    journal_status,
    journal_subject,
    metadata,
)
from adapter.database.versions import VERSIONS
from adapter.journal.audit.chain import ERASED
from adapter.journal.work import Work

LEFT, BACK, FACTS_REMOVED = "left", "came-back", "facts-removed"
NOTHING: Mapping[Table, Mapping[str, str]] = {
    journal_decision: {"picks": "{}", "line": "{}", "picks_digest": ""},
    journal_change: {"moved_by": "[]"},
    journal_status: {"reason": ""},
    journal_act: {"said": ""},
}
COPIES = (clinic_outlook, clinic_person, clinic_seen)  # the chain does not tell of them
NAMING = tuple(
    table for name, table in metadata.tables.items()
    if name.startswith("journal_") and "patient" in table.c
    and table not in {journal_person, journal_subject, journal_set_aside, journal_merged}
)  # fmt: skip


@dataclass
class Eraser:
    """Takes content out of the journal, in one transaction, and has the chain tell of it."""

    work: Work
    who: str
    kind: str = FACTS_REMOVED

    def remove_facts(self, patient: str) -> None:
        """Take away what was read and said of a patient; who was screened with which outcome stays."""
        with allowed(self.work.connection):
            self._remove_facts(patient, patient)

    def erase(self, patient: str) -> None:
        """Take away the person: what stays is of somebody whom nobody can name."""
        nobody = f"{ERASED}{self.work.chain.token_of(patient)}"
        with allowed(self.work.connection):
            self._remove_facts(patient, nobody)
            for table in (journal_subject, journal_merged):
                self._delete(table, table.c.patient == patient, nobody)
            self._delete(journal_merged, journal_merged.c.survivor == patient, nobody)
            for table in NAMING:
                self._change(table, table.c.patient == patient, {"patient": nobody}, nobody)
            self._unaddress(patient, nobody)
            self._forget(nobody)

    def _remove_facts(self, patient: str, told_as: str) -> None:
        decided = select(journal_decision.c.id).where(journal_decision.c.patient == patient)
        self._delete(journal_note, journal_note.c.decision.in_(decided), told_as)
        for table in (journal_set_aside, journal_answer):
            self._delete(table, table.c.patient == patient, told_as)
        for table in COPIES:
            self.work.connection.execute(delete(table).where(table.c.patient == patient))
        for table, nothing in NOTHING.items():
            self._change(table, table.c.patient == patient, nothing, told_as)

    def _unaddress(self, patient: str, nobody: str) -> None:
        """Take the patient out of the keys and payloads of deliveries."""
        c = journal_delivery.c
        for row in self.work.connection.execute(select(c.id, c.key, c.payload)).all():
            said = json.loads(row.payload)
            if isinstance(said, dict) and said.get("patient") == patient:
                payload = json.dumps({**said, "patient": nobody}, ensure_ascii=False)
                bare = {"payload": payload, "key": row.key.replace(patient, nobody), "last_error": None}
                self._change(journal_delivery, c.id == row.id, bare, nobody)

    def _forget(self, nobody: str) -> None:
        """Take away the salt and what acts told of the person; from now on nobody can trace a digest."""
        token, c = nobody.removeprefix(ERASED), journal_audit.c
        acts = update(journal_audit).where(c.token == token, c.about.is_(None))
        self.work.connection.execute(acts.values(what=None))
        self._delete(journal_person, journal_person.c.token == token, nobody)

    def _change(self, table: Table, which: ColumnElement[bool], values: Mapping[str, Any], patient: str) -> None:
        rows = self.work.connection.execute(select(table).where(which)).mappings().all()
        self.work.connection.execute(update(table).where(which).values(**values))
        for row in rows:
            self.work.chain.tell_row(self.kind, self.who, patient, table, {**row, **values})

    def _delete(self, table: Table, which: ColumnElement[bool], patient: str) -> None:
        rows = self.work.connection.execute(select(table).where(which)).mappings().all()
        for row in rows:
            self.work.chain.tell_removed(self.kind, self.who, patient, table, row)
        self.work.connection.execute(delete(table).where(which))


def expire(work: Work, study: str, present: Collection[str], before: str) -> int:
    """Take away the facts of those who left before a moment; note of others that they have left. Return how many."""
    c, removed, left = journal_decision.c, 0, _left(work.connection)
    known = select(c.patient).where(c.study == study, c.picks_digest != "").distinct().order_by(c.patient)
    for patient in work.connection.scalars(known).all():
        since = left.get(patient)
        if patient in present:
            if since is not None:
                work.audit(BACK, patient=patient)
        elif since is None:
            work.audit(LEFT, patient=patient)
        elif since < before:
            Eraser(work, "adapter").remove_facts(patient)
            removed += 1
    return removed


def _left(connection: Connection) -> dict[str, str]:
    """Since when those have been gone who left and have not come back."""
    c, whose = journal_audit.c, journal_person.c
    asked = (
        select(whose.patient, c.kind, c.at).join(journal_person, whose.token == c.token).where(c.kind.in_((LEFT, BACK)))
    )
    last = {row.patient: row for row in connection.execute(asked.order_by(c.id))}
    return {patient: row.at for patient, row in last.items() if row.kind == LEFT}


@contextmanager
def allowed(connection: Connection) -> Iterator[None]:
    """Let rows be changed for once: the tables refuse it again before anybody else can write."""
    kind = connection.dialect.name
    refused = [one for version in VERSIONS for one in version.refused]
    for table, action in refused:
        name = f"{table}_no_{action.split(maxsplit=1)[0].lower()}"
        ends = f"DROP TRIGGER {name}" if kind == "sqlite" else f"DROP FUNCTION {name}() CASCADE"
        connection.exec_driver_sql(ends)
    if kind == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what is taken away is overwritten
    yield
    for table, action in refused:
        for statement in append_only(kind, table, action):
            connection.exec_driver_sql(statement)
