"""What is done about a patient: taken on, put off, noted, reviewed, contacted; and a fact that is not to be used."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from adapter.journal import Marked
from adapter.journal.clinic import acts
from adapter.journal.clinic.acts import Act, Deed
from adapter.screening.model import Fact
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import CLINIC, open_to
from adapter.worklist.access.whom import whom
from adapter.worklist.ward import the_ward

pages = Blueprint("acts", __name__)
LONGEST = 2000  # signs of a note or a reason
NEEDS_WORDS = frozenset({Deed.NOTE, Deed.REFUSED})


@pages.post("/worklist/<number>/act")
@open_to(CLINIC)
def act(number: str) -> Response:
    """Put an act on record."""
    about, ward, visit = whom(number), the_ward(), the_visit()
    kind, said = request.form.get("kind", ""), request.form.get("said", "").strip()[:LONGEST]
    if kind not in set(Deed) or (kind in NEEDS_WORDS and not said):
        abort(400)
    until = _day(request.form.get("until", "")) if kind == Deed.SNOOZE else None
    with ward.journal.transaction() as work:
        done = Act(ward.study.id, about.patient, kind, said, until, visit.user.name, ward.at())
        acts.add(work, done)
    return redirect(f"{about.path}?done=act#acts", 303)


@pages.post("/worklist/<number>/aside")
@open_to(CLINIC)
def aside(number: str) -> Response:
    """Set a fact aside with a reason, or give it back; the patient is judged anew at once."""
    about, ward, visit = whom(number), the_ward(), the_visit()
    lift, reason = request.form.get("lift") == "1", request.form.get("reason", "").strip()[:LONGEST]
    fact = _meant(about.patient)
    if not (lift or reason):
        abort(400)
    until = _day(request.form.get("until", ""))
    with ward.journal.transaction() as work:
        work.mark(Marked(
            ward.study.id, about.patient, fact.resource, fact.item, fact.received, reason, visit.user.name,
            ward.today().isoformat(), until, lift, ward.at(),
        ))  # fmt: skip
    ward.decide(about.patient)
    return redirect(f"{about.path}?done=aside", 303)


def _meant(patient: str) -> Fact:
    """The fact that a form names, if it is one of this patient's."""
    looked = the_ward().look(patient)
    named = tuple(request.form.get(name, "") for name in ("resource", "item", "received"))
    facts = looked.judged.record.facts if looked else ()
    fact = next((one for one in facts if (one.resource, one.item, one.received) == named), None)
    if fact is None:
        abort(409)  # the record says something else by now
    return fact


def _day(text: str) -> str | None:
    """A day that a form holds; none where the field is empty."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(400)
    if not the_ward().today() <= day <= date(2999, 12, 31):
        abort(400)
    return day.isoformat()
