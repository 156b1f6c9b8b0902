"""What the hospital's server holds of this study and of a patient in it; and the writes, each looked at afterwards."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from adapter.fhir import errors
from adapter.fhir.client import Client
from adapter.fhir.pages import search
from adapter.fhir.write import Kept, Written, create, read, update
from adapter.journal import Subject
from adapter.outputs.base import WaitsForPerson
from adapter.outputs.subject import resource as form
from adapter.outputs.subject.resource import Resource
from adapter.screening.study import Study

STUDY_SYSTEM = f"{form.BASE}/identifier/study"
ASK, LATER = "Ask IT about the FHIR server.", "The next run looks again."
THERE = "the server says the subject is there, and does not find it"
# The write may have worked, though the answer does not say so.
LOST = (errors.Unreachable, errors.TimedOut, errors.EndedEarly, errors.ServerFailed)


class Lost(errors.Temporary):
    """A subject may have been made, and is not found: made again at once, there might be two."""


@dataclass
class Found:
    """A patient's subjects in this study: those with our identifier and those of others, each as it is now."""

    row: Subject | None
    ours: list[Kept] = field(default_factory=list)
    theirs: list[Kept] = field(default_factory=list)

    @property
    def all(self) -> list[Kept]:
        """All of them, ours first."""
        return [*self.ours, *self.theirs]

    @property
    def names(self) -> list[str]:
        """All of them by name."""
        return sorted(form.named(one.resource) for one in self.all)


class Register:
    """The subjects of one study on one server."""

    def __init__(self, client: Client, study: Study, key: bytes, configured: str | None) -> None:
        self.client, self._study, self._key, self.configured = client, study, key, configured
        self._studies: tuple[str, ...] | None = None  # the first is written to

    def identifier(self, patient: str) -> str:
        """The patient's identifier in this study: it tells nothing to those who lack the key."""
        return hmac.new(self._key, f"{self._study.id} {patient}".encode(), hashlib.sha256).hexdigest()[:32]

    def find(self, records: Sequence[str], row: Subject | None) -> Found:
        """Look by our identifier, by the patient and by what we noted: an index may lag, a server may know only one.

        `records` are the patient's ids: their own, and those of the records that were merged into it.
        """
        found, seen = Found(row), list[Resource]()
        for record in records:
            own = f"{form.SCREENING}|{self.identifier(record)}"
            seen += [*self._search("ResearchSubject", identifier=own), *self._of(record)]
        about = {form.named(one) for one in seen if self._is_ours(one, records) or self._is_of(one, records)}
        for name in sorted(about | ({row.resource} if row else set())):
            now = read(self.client, name)
            if now is not None and self._is_ours(now.resource, records):
                found.ours.append(now)
            elif now is not None and self._is_of(now.resource, records):
                found.theirs.append(now)
        return found

    def _is_of(self, subject: Resource, records: Sequence[str]) -> bool:
        return any(self.is_about(subject, record) for record in records)

    def is_about(self, subject: Resource, patient: str) -> bool:
        """Tell whether a subject is this patient's and of this study, in whichever way it names the two."""
        study = subject.get("study")
        by_number = isinstance(study, dict) and self._has_number({"identifier": [study.get("identifier")]})
        in_study = by_number or any(form.points_at(study, one) for one in self._known_studies())
        return in_study and form.points_at(subject.get("individual"), patient)

    def make(self, subject: Resource, patient: str, *, ours_alone: bool) -> Kept:
        """Make the subject, unless anybody has made one; a server that cannot tell who is asked for ours alone."""
        own = f"identifier={form.SCREENING}|{self.identifier(patient)}"
        anybodys = f"individual={patient}&study={subject['study']['reference']}"
        try:
            written = self._created(subject, own if ours_alone else anybodys, own)
            if written.id is None:
                raise self._at_odds("the server does not say where it put the subject")
            return self._looked_at(f"ResearchSubject/{written.id}", subject, written)
        except (*LOST, errors.Conflict) as trouble:
            if trouble.status in {409, 412}:  # the server has said that it made none
                raise
            raise Lost(trouble.where, trouble.what, trouble.to_do) from None

    def _created(self, subject: Resource, condition: str, simpler: str) -> Written:
        try:
            written = create(self.client, subject, condition)
        except errors.Rejected as refusal:
            if refusal.status != 400:
                raise
            written = create(self.client, subject, simpler)  # it knows no such condition
        if not written.created:
            raise errors.Conflict(self.client.address("ResearchSubject"), THERE, LATER, status=412)
        return written

    def change(self, now: Kept, said: Resource) -> tuple[Kept, bool]:
        """Write a status onto a subject that still is as it was read; whether it had been deleted meanwhile."""
        name, body = form.named(now.resource), form.changed(now.raw, said)
        try:
            written = update(self.client, name, body, now.etag)
        except errors.NotFound:
            if read(self.client, name) is not None:
                raise  # it is there, and may not be written
            raise self._at_odds("the subject was deleted as we wrote it") from None
        return self._looked_at(name, json.loads(body), written), written.created

    def others_than(self, name: str, patient: str) -> list[str]:
        """The subjects of a patient in this study besides one."""
        about = (form.named(one) for one in self._of(patient) if self.is_about(one, patient))
        return sorted({one for one in about if one != name})

    def _looked_at(self, name: str, sent: Resource, written: Written) -> Kept:
        """Read what was written: a server may alter it, or answer with another resource than it keeps."""
        now = read(self.client, name)
        if now is None or not _is_same(now.resource, sent):
            raise self._at_odds("what was written is not where the server says")
        if form.status_of(now.resource) == sent["status"]:
            return now
        if written.etag and now.etag and written.etag != now.etag:
            raise self._at_odds("another wrote right after us")
        raise WaitsForPerson(f"{name}: the server keeps another status than was written. {ASK}")

    def _is_ours(self, subject: Resource, records: Sequence[str]) -> bool:
        own = {self.identifier(record) for record in records}
        return not own.isdisjoint(form.identifiers(subject, form.SCREENING))

    def _of(self, patient: str) -> list[Resource]:
        try:
            return self._search("ResearchSubject", individual=patient)
        except errors.Rejected:  # the parameter's other name
            return self._search("ResearchSubject", patient=patient)

    def _search(self, kind: str, **params: str) -> list[Resource]:
        """Return all that a search finds, of which a weak server may find too much."""
        found: list[Resource] = []
        for page in search(self.client, kind, params):
            if any(issue.grave for issue in page.outcomes):
                raise errors.EndedEarly(self.client.address(kind), "the server does not show all", ASK)
            found += [self._decoded(raw) for raw in page.entries]
        return [one for one in found if one.get("resourceType") == kind and isinstance(one.get("id"), str)]

    def _decoded(self, raw: bytes) -> Resource:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):  # it may be the very subject that must not be made twice
            raise errors.EndedEarly(self.client.home.base, "a search holds a resource that cannot be read", ASK)
        return value

    def _at_odds(self, what: str) -> errors.Conflict:
        return errors.Conflict(self.client.address("ResearchSubject"), what, LATER)

    def _known_studies(self) -> tuple[str, ...]:
        """All ResearchStudies that are this study: the one in the settings, and those with the registry number."""
        if self._studies is None:
            found = self._studies_with_number()
            if self.configured and read(self.client, self.configured) is None:
                raise WaitsForPerson(f"{self.configured}: not on the server. Correct [study] research_study.")
            self._studies = tuple(dict.fromkeys([*([self.configured] if self.configured else []), *found]))
        return self._studies

    def _studies_with_number(self) -> list[str]:
        """The studies with the number: looked for by it, and if none is found among all, for an index may lack it."""
        named = [one for one in self._search("ResearchStudy", identifier=self.number) if self._has_number(one)]
        if not named and not self.configured:
            with suppress(errors.Rejected):  # a server may give none without being asked for something
                named = [one for one in self._search("ResearchStudy") if self._has_number(one)]
        return sorted(form.named(one) for one in named)

    def study_known(self) -> str | None:
        """The study that is written to, or None where there is none yet."""
        known = self._known_studies()
        if len(known) > 1 and not self.configured:
            raise WaitsForPerson(f"{', '.join(known)}: all are this study. Name one in [study] research_study.")
        return known[0] if known else None

    def study_to_write(self) -> str:
        """The study that is written to, made where there is none."""
        if (known := self.study_known()) is not None:
            return known
        made = create(self.client, form.valid(self.study_resource()), self.study_condition)
        if made.id is None:
            self._studies = None
            raise self._at_odds("the server does not say where it put the ResearchStudy")
        self._studies = (f"ResearchStudy/{made.id}",)
        return self._studies[0]

    def study_resource(self) -> Resource:
        """The study as we make it."""
        identifier = {"system": STUDY_SYSTEM, "value": self.number}
        return {"resourceType": "ResearchStudy", "identifier": [identifier], "status": "active",
                "title": self._study.title["en"]}  # fmt: skip

    @property
    def study_condition(self) -> str:
        """By what a server tells that the study is there."""
        return f"identifier={STUDY_SYSTEM}|{self.number}"

    @property
    def number(self) -> str:
        """What identifies the study everywhere; one without registration goes by our own name for it."""
        return self._study.registry or self._study.id

    def _has_number(self, study: Resource) -> bool:
        identifiers = study.get("identifier")
        return isinstance(identifiers, list) and any(
            isinstance(one, dict) and one.get("value") == self.number for one in identifiers
        )


def _is_same(now: Resource, sent: Resource) -> bool:
    """Tell whether what is kept is what was sent, of whom it is and what is ours in it taken together."""
    person = sent.get("individual")
    wanted = person.get("reference") if isinstance(person, dict) else None
    mine = form.identifiers(sent, form.SCREENING) & form.identifiers(now, form.SCREENING)
    return bool(mine) or (isinstance(wanted, str) and form.points_at(now.get("individual"), wanted))
