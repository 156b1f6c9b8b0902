"""The forms that were filled in on the page: QuestionnaireResponses, each as it was given, none ever changed.

Each has an identifier, by which its copy on the hospital's server is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from adapter.database.tables import journal_answer
from adapter.journal.work import Work

OUTPUT = "forms"
IDENTIFIER = "https://trial-adapter.example/fhir/identifier/form"

answers = journal_answer.c


@dataclass(frozen=True, slots=True)
class Form:
    """A filled-in form on record: who gave it, of which day it is, and what it says."""

    id: int
    patient: str
    author: str
    authored: str
    at: str
    text: str

    @property
    def resource(self) -> dict[str, Any]:
        """The QuestionnaireResponse, under an id of its own."""
        said: dict[str, Any] = json.loads(self.text)
        return {**said, "id": f"page-{self.id}"}

    @property
    def body(self) -> bytes:
        """The same as bytes, as a server would send it."""
        return json.dumps(self.resource, ensure_ascii=False).encode()


def add(work: Work, study: str, form: Form, *, tell_server: bool) -> int:
    """Put a form on record, and on its way to the server where it is to have one; return its number."""
    row = {"study": study, "patient": form.patient, "author": form.author, "authored": form.authored, "at": form.at}
    number = int(work.add(journal_answer, "form", {**row, "form": form.text}, form.patient, form.author)["id"])
    if tell_server:
        payload = json.dumps({"study": study, "patient": form.patient, "form": number})
        work.deliver(OUTPUT, f"{OUTPUT}:{study}:{form.patient}:{number}", payload, form.at)
    return number


def one(connection: Connection, number: int) -> Form | None:
    """A form by its number; None where what was said of the patient has been removed."""
    row = connection.execute(select(journal_answer).where(answers.id == number)).one_or_none()
    return None if row is None else _form(row)


def of(connection: Connection, study: str, patient: str) -> list[Form]:
    """A patient's forms, the oldest first."""
    asked = select(journal_answer).where(answers.study == study, answers.patient == patient)
    return [_form(row) for row in connection.execute(asked.order_by(answers.id))]


def every(connection: Connection, study: str) -> dict[str, list[Form]]:
    """All forms of a study, by patient."""
    found: dict[str, list[Form]] = {}
    for row in connection.execute(select(journal_answer).where(answers.study == study).order_by(answers.id)):
        found.setdefault(row.patient, []).append(_form(row))
    return found


def last(connection: Connection, study: str, patient: str) -> int:
    """The number of a patient's last form; 0 where there is none."""
    asked = select(func.max(answers.id)).where(answers.study == study, answers.patient == patient)
    return connection.scalar(asked) or 0


def _form(row: Row[Any]) -> Form:
    return Form(row.id, row.patient, row.author, row.authored, row.at, row.form)
