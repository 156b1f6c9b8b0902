"""Writing to the server who is worth a look: one ResearchSubject a patient, never over a person's word.

Every try looks first and decides on what it saw; a write holds only for what was seen (If-None-Exist, If-Match). Where
another was faster, or an answer was lost, it looks again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from adapter.errors import AdapterError
from adapter.fhir import errors
from adapter.fhir.client import Client
from adapter.fhir.pages import search
from adapter.fhir.write import Written, create, read, update
from adapter.journal import Delivery, Journal, Review, StoredDecision, Subject
from adapter.journal.statuses import STATUSES, SUBJECT_OUTPUT
from adapter.outputs import subject_states as states
from adapter.outputs.base import Clock, State, Told, WaitsForPerson, attempt, instant
from adapter.outputs.subject_states import OURS, THEIRS, Deed, Resource
from adapter.screening.decision import Standing
from adapter.screening.study import Study

STUDY_SYSTEM = f"{states.BASE}/identifier/study"
TRIES = 4
# The write may have worked, or another's has: look again.
LOST = (errors.Conflict, errors.Unreachable, errors.TimedOut, errors.EndedEarly, errors.ServerFailed)
# It would be the same for all other patients.
AWAY = (
    errors.Unreachable,
    errors.TimedOut,
    errors.Throttled,
    errors.Stopped,
    errors.Refused,
    errors.Untrusted,
    errors.NotFhir,
    errors.NotFound,
)
ASK = "Ask IT about the FHIR server."


@dataclass(frozen=True, slots=True)
class Mark:
    """By what our subjects are known: the secret behind their identifiers, and the version of the study."""

    key: bytes
    study_version: str


@dataclass
class Found:
    """A patient's subjects in this study: ours each with its version, and those of others."""

    ours: list[tuple[Resource, str | None]] = field(default_factory=list)
    theirs: list[Resource] = field(default_factory=list)
    row: Subject | None = None


class ResearchSubjectOutput:
    """Makes each patient's subject what the newest decision says, where the table of states allows it."""

    name = SUBJECT_OUTPUT

    def __init__(
        self, client: Client, journal: Journal, study: Study, mark: Mark, clock: Clock, *, research_study: str | None
    ) -> None:  # fmt: skip
        self._client, self._journal, self._study, self._clock = client, journal, study, clock
        self._mark, self._configured = mark, research_study
        self._studies: tuple[str, ...] | None = None  # the first is written to
        self._away: AdapterError | None = None

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Write for one patient after the other; several changes of one patient are one write."""
        patients: dict[str, list[Delivery]] = {}
        for one in pending:
            payload = json.loads(one.payload)
            if payload["study"] == self._study.id:
                patients.setdefault(payload["patient"], []).append(one)
        for patient, together in patients.items():
            yield attempt(together, partial(self._patient, patient, tuple(together)))

    def identifier(self, patient: str) -> str:
        """The patient's identifier in this study: it tells nothing to those who lack the key."""
        return hmac.new(self._mark.key, f"{self._study.id} {patient}".encode(), hashlib.sha256).hexdigest()[:32]

    def _patient(self, patient: str, together: tuple[Delivery, ...]) -> Told:
        decision = self._journal.latest(self._study.id, patient)
        if decision is None or json.loads(decision.line).get("incomplete"):
            return Told(together, State.PENDING)  # nothing is raised or lowered on data read in part
        if decision.standing == Standing.OPEN:
            looked_at = (self._study.id, patient)  # by the table, whatever is found is left as it is
            return Told(together, State.DONE, looked_at=looked_at)
        if self._away:
            raise self._away
        try:
            review, trouble = self._persist(decision)
        except AWAY as away:
            self._away = away
            raise
        return Told(together, State.DONE, trouble, review=review, looked_at=(self._study.id, patient))

    def _persist(self, decision: StoredDecision) -> tuple[Review | None, str]:
        for number in range(1, TRIES + 1):
            try:
                return self._once(decision, number)
            except LOST:
                if number == TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(self, decision: StoredDecision, number: int) -> tuple[Review | None, str]:
        """Look, decide and write: once."""
        found = self._find(decision.patient)
        if len(found.ours) > 1:
            names = ", ".join(sorted(states.named(one) for one, _ in found.ours))
            raise WaitsForPerson(f"{names}: all are ours and for one patient. Delete all but one; none was touched.")
        whose, status = self._seen(found, decision)
        todo = states.todo(Standing(decision.standing), status, whose)
        trouble = ""
        if todo.deed is Deed.CREATE:
            trouble = self._create(decision, number)
        elif todo.deed is Deed.UPDATE:
            trouble = self._update(decision, *found.ours[0])
        elif whose is OURS and found.ours:
            self._note(decision.patient, found.ours[0][0], found.ours[0][1], found.row)
        asks = todo.deed is Deed.REVIEW
        said = Review(self._study.id, decision.patient, decision.id, decision.standing, status) if asks else None
        return said, trouble

    def _seen(self, found: Found, decision: StoredDecision) -> tuple[str, str]:
        """Whose the subject is and what it says; a person's, if there is one, speaks for the patient."""
        patient = decision.patient
        theirs = [states.status_of(one) for one in found.theirs]
        for subject, _ in found.ours:
            decisions = self._journal.history(self._study.id, patient)
            in_place = self._is_about(subject, patient)
            if not theirs and in_place and states.is_as_written(subject, found.row, decisions):
                return OURS, states.status_of(subject)
            theirs.append(states.status_of(subject))
        if theirs:
            order = [*STATUSES, *theirs]
            return THEIRS, min(theirs, key=order.index)
        return OURS, states.GONE if found.row else states.NONE

    def _find(self, patient: str) -> Found:
        """Look by our identifier, by the patient and by what we noted: an index may lag, a server may know only one."""
        found = Found(row=self._journal.subject(self._study.id, patient))
        own = {"system": states.SCREENING, "value": self.identifier(patient)}
        seen = [*self._search("ResearchSubject", identifier=f"{own['system']}|{own['value']}"), *self._of(patient)]
        noted = {found.row.resource} if found.row else set()
        ours = {states.named(one) for one in seen if states.carries(one, own)} | noted
        for name in sorted(ours):
            if (now := read(self._client, name)) is not None:
                seen.append(now[0])
                if states.carries(now[0], own):
                    found.ours.append(now)
        others = {states.named(one): one for one in seen if not states.carries(one, own)}
        found.theirs += [one for one in others.values() if self._is_about(one, patient)]
        return found

    def _of(self, patient: str) -> list[Resource]:
        try:
            return self._search("ResearchSubject", individual=patient)
        except errors.Rejected:  # the parameter's other name
            return self._search("ResearchSubject", patient=patient)

    def _search(self, kind: str, **params: str) -> list[Resource]:
        """Return all that a search finds, of which a weak server may find too much."""
        found: list[Resource] = []
        for page in search(self._client, kind, params):
            if any(issue.grave for issue in page.outcomes):
                raise errors.EndedEarly(self._client.address(kind), "the server does not show all", ASK)
            found += [_decoded(raw, self._client) for raw in page.entries]
        return [one for one in found if one.get("resourceType") == kind and isinstance(one.get("id"), str)]

    def _is_about(self, subject: Resource, patient: str) -> bool:
        """Tell whether a subject is this patient's and of this study, in whichever way it names the two."""
        study = subject.get("study")
        by_number = isinstance(study, dict) and self._has_registry({"identifier": [study.get("identifier")]})
        in_study = by_number or any(states.points_at(study, one) for one in self._known_studies())
        return in_study and states.points_at(subject.get("individual"), patient)

    def _create(self, decision: StoredDecision, number: int) -> str:
        """Make the subject, unless anybody has made one; a server that cannot tell who is asked for ours alone."""
        study, patient = self._study_to_write(), decision.patient
        subject = states.valid(states.built(self.identifier(patient), study, patient, self._said(decision)))
        own = f"identifier={states.SCREENING}|{self.identifier(patient)}"
        anybodys = f"individual={patient}&study={study}"
        try:
            written = create(self._client, subject, anybodys if number < TRIES - 1 else own)
        except errors.Rejected:  # it may know no such condition
            written = create(self._client, subject, own)
        if not written.created or written.id is None:
            raise self._at_odds("the server says the subject is there, and does not find it")
        self._wrote(patient, subject, written)
        others = [one for one in self._of(patient) if one["id"] != written.id and self._is_about(one, patient)]
        names = ", ".join(states.named(one) for one in others)
        return f"ResearchSubject/{written.id}: beside it there is {names} for one patient. Delete one." if names else ""

    def _update(self, decision: StoredDecision, found: Resource, etag: str | None) -> str:
        said, patient = self._said(decision), decision.patient
        states.valid(states.built(self.identifier(patient), self._study_to_write(), patient, said))
        subject = states.changed(found, said)
        try:
            written = update(self._client, subject, etag)
        except errors.NotFound:
            raise self._at_odds("the subject was deleted as we wrote it") from None
        self._wrote(patient, subject, written)
        return f"{states.named(found)}: was deleted as we wrote it, and is there again." if written.created else ""

    def _at_odds(self, what: str) -> errors.Conflict:
        return errors.Conflict(self._client.address("ResearchSubject"), what, "The next run looks again.")

    def _said(self, decision: StoredDecision) -> Resource:
        return states.extension(decision.as_of, self._mark.study_version, decision.standing)

    def _wrote(self, patient: str, sent: Resource, written: Written) -> None:
        """Note what we wrote as the server keeps it; where its answer has another status, somebody was faster."""
        kept = written.resource
        as_kept = kept if kept and kept.get("status") == sent["status"] else sent
        self._note(patient, {**as_kept, "id": written.id or sent.get("id")}, written.etag, None)

    def _note(self, patient: str, subject: Resource, etag: str | None, row: Subject | None) -> None:
        period = subject.get("period")
        start = period.get("start") if isinstance(period, dict) else None
        said = (states.named(subject), states.status_of(subject), start, states.own_words(subject))
        if row and said == (row.resource, row.status, row.period_start, row.extension):
            return
        with self._journal.transaction() as work:
            work.wrote(Subject(self._study.id, patient, *said, etag, instant(self._clock())))

    def _known_studies(self) -> tuple[str, ...]:
        """All ResearchStudies that are this study: the one in the settings, and those with the registry number."""
        if self._studies is None:
            named = self._search("ResearchStudy", identifier=self._number)
            found = sorted(states.named(one) for one in named if self._has_registry(one))
            if self._configured and read(self._client, self._configured) is None:
                raise WaitsForPerson(f"{self._configured}: not on the server. Correct [study] research_study.")
            self._studies = tuple(dict.fromkeys([*([self._configured] if self._configured else []), *found]))
        return self._studies

    def _study_to_write(self) -> str:
        known = self._known_studies()
        if len(known) > 1 and not self._configured:
            raise WaitsForPerson(f"{', '.join(known)}: all are this study. Name one in [study] research_study.")
        if known:
            return known[0]
        identifier = {"system": STUDY_SYSTEM, "value": self._number}
        study = {"resourceType": "ResearchStudy", "identifier": [identifier], "status": "active",
                 "title": self._study.title["en"]}  # fmt: skip
        made = create(self._client, states.valid(study), f"identifier={STUDY_SYSTEM}|{self._number}")
        if made.id is None:
            self._studies = None
            raise self._at_odds("the server does not say where it put the ResearchStudy")
        self._studies = (f"ResearchStudy/{made.id}",)
        return self._studies[0]

    @property
    def _number(self) -> str:
        """What identifies the study everywhere; one without registration goes by our own name for it."""
        return self._study.registry or self._study.id

    def _has_registry(self, study: Resource) -> bool:
        identifiers = study.get("identifier")
        return isinstance(identifiers, list) and any(
            isinstance(one, dict) and one.get("value") == self._number for one in identifiers
        )


def _decoded(raw: bytes, client: Client) -> Resource:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):  # it may be the very subject that must not be made twice
        raise errors.EndedEarly(client.home.base, "a search holds a resource that cannot be read", ASK)
    return value
