"""Writing the forms that were filled in on the page to the hospital's record: a QuestionnaireResponse each, once.

A form has an identifier of its own from its beginning. Under it the server is looked at before anything is written, and
told to make nothing where there is one: an answer that was lost makes no second copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from adapter.fhir import errors
from adapter.fhir.client import Client
from adapter.fhir.pages import search
from adapter.fhir.write import create
from adapter.journal import Delivery, Journal
from adapter.journal.clinic.answers import IDENTIFIER, OUTPUT
from adapter.outputs.base import ALL_ALIKE, AWAY, FailedForGood, State, Told, attempt, checked

KIND = "QuestionnaireResponse"


class FormsOutput:
    """Puts each form on the server as it was filled in; a correction is a further form."""

    name = OUTPUT

    def __init__(self, client: Client, journal: Journal, study: str) -> None:
        self._client, self._journal, self._study = client, journal, study
        self._away: errors.Trouble | None = None

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Write one form after the other."""
        for one in pending:
            said = json.loads(one.payload)
            if said["study"] == self._study:
                yield attempt((one,), partial(self._form, one, said["form"]))

    def _form(self, one: Delivery, number: int) -> Told:
        form = self._journal.form(number)
        if form is None:  # what was said of the patient was removed meanwhile
            return Told((one,), State.DONE)
        try:
            if self._away:
                raise self._away
            self._write(valid(json.loads(form.text)))
        except (*AWAY, errors.Rejected) as refusal:
            if not (isinstance(refusal, AWAY) or refusal.status in ALL_ALIKE):
                raise FailedForGood(_without_text(refusal)) from None
            self._away = refusal
            raise
        return Told((one,), State.DONE)

    def _write(self, resource: dict[str, Any]) -> None:
        value = resource["identifier"]["value"]
        if not self._is_there(value):
            create(self._client, resource, f"identifier={IDENTIFIER}|{value}")

    def _is_there(self, value: str) -> bool:
        """Whether the server holds the form; one that cannot tell by an identifier has to heed the condition."""
        try:
            pages = search(self._client, KIND, {"identifier": f"{IDENTIFIER}|{value}"})
            return any(_value_of(raw) == value for page in pages for raw in page.entries)
        except errors.Rejected as refusal:
            if refusal.status in ALL_ALIKE:
                raise
            return False


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a form if it is R4; the model checks no required code and no target, so that is done here."""
    wrong = [] if resource.get("status") == "completed" else ["status"]
    wrong += [] if str(resource.get("subject", {}).get("reference")).startswith("Patient/") else ["subject"]
    wrong += [] if resource.get("identifier", {}).get("system") == IDENTIFIER else ["identifier"]
    return checked(resource, QuestionnaireResponse, wrong)


def _without_text(refusal: errors.Trouble) -> str:
    """What a server says of one form, by its code alone: its own words may repeat an answer."""
    said = f" The server says {replace(refusal.issues[0], text='')}." if refusal.issues else ""
    return f"{refusal.where}: {refusal.what}.{said} {refusal.to_do}"


def _value_of(raw: bytes) -> str | None:
    """The identifier of a form that a search found; a weak server finds what was not asked for."""
    try:
        found = json.loads(raw)
        named = found["identifier"]
        return str(named["value"]) if named["system"] == IDENTIFIER else None
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
