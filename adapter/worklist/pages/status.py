"""Where a patient stands by a person's word: it is dated, names the study's version, and is never erased."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from adapter.journal import PersonStatus
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import CLINIC, Role, open_to
from adapter.worklist.access.whom import whom
from adapter.worklist.pages.acts import LONGEST
from adapter.worklist.ward import the_ward

pages = Blueprint("status", __name__)
# What a person may say, in the order a patient goes through it; the machine's own two words are not among them.
CHOICES = (
    "screening", "eligible", "ineligible", "not-registered", "pending-on-study", "on-study",
    "on-study-intervention", "on-study-observation", "follow-up", "off-study", "withdrawn",
)  # fmt: skip
WANTS_REASON = frozenset({"ineligible", "withdrawn", "off-study", "not-registered"})
AN_INVESTIGATORS = frozenset({"eligible"})


@pages.post("/worklist/<number>/status")
@open_to(CLINIC)
def set_status(number: str) -> Response:
    """Put a person's word on record, unless another has spoken since the page was opened."""
    about, ward, visit = whom(number), the_ward(), the_visit()
    status, reason = request.form.get("status", ""), request.form.get("reason", "").strip()[:LONGEST]
    if status not in CHOICES or (status in WANTS_REASON and not reason):
        abort(400)
    if status in AN_INVESTIGATORS and visit.role is not Role.INVESTIGATOR:
        abort(403)
    history = ward.journal.history(ward.study.id, about.patient)
    decision = history[-1].id if history else None
    with ward.journal.transaction() as work:
        if str(work.last_status(ward.study.id, about.patient)) != request.form.get("seen", ""):
            return redirect(f"{about.path}?done=changed#status", 303)
        word = PersonStatus(
            ward.study.id, about.patient, status, reason, visit.user.name, ward.at(), decision, ward.study_hash
        )
        work.set_status(word, tell_server=ward.tells_server)
    if ward.tells_server:
        ward.tell()
    return redirect(f"{about.path}?done=status#status", 303)
