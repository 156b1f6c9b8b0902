"""One patient: what would settle it, the criteria with their facts, values over time, and what was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

from flask import Blueprint, g, render_template, request

from adapter.journal import StoredDecision
from adapter.journal.clinic import acts
from adapter.journal.clinic.acts import Sight
from adapter.screening.settle import Settles
from adapter.words import Speaker
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import READERS, open_to
from adapter.worklist.access.whom import Whom, whom
from adapter.worklist.pages.status import CHOICES
from adapter.worklist.show.matrix import matrix
from adapter.worklist.show.past import past
from adapter.worklist.show.plots import plot
from adapter.worklist.show.series import AT_MOST, measured, scored
from adapter.worklist.show.settling import recalled
from adapter.worklist.ward import Looked, the_ward

pages = Blueprint("patient", __name__)
DONE = frozenset({"form", "status", "act", "aside", "changed"})


@pages.get("/worklist/<number>")
@open_to(READERS)
def patient(number: str) -> str:
    """Show one patient, and take note of who has seen what."""
    about = whom(number)
    done = request.args.get("done", "")
    return page_of(about, done if done in DONE else "")


def page_of(about: Whom, done: str = "", **more: Any) -> str:
    """The page of a patient; `done`: what was just done."""
    ward, visit = the_ward(), the_visit()
    history = ward.journal.history(ward.study.id, about.patient)
    _seen(about, history[-1].id if history else 0)
    looked = ward.look(about.patient)
    sex = looked.judged.record.person.sex if looked else None
    speaker = ward.speaker(g.reader.language, sex)
    with ward.database.reading() as connection:
        deeds = acts.of(connection, ward.study.id, about.patient)
    said = ward.journal.statuses_of(ward.study.id, about.patient)
    last = history[-1] if history else None
    shown: dict[str, Any] = {
        "about": about, "looked": looked, "last": last, "past": past(history, speaker), "deeds": deeds,
        "said": list(reversed(said)), "choices": CHOICES, "done": done, "record_url": _record_url(about),
        "note": None if looked or not last else ward.journal.note(last.id, g.reader.language),
        "may_act": about.named, "is_investigator": visit.role == "investigator",
        "moved": looked is not None and last is not None and looked.judged.decision.standing.value != last.standing,
    }  # fmt: skip
    if looked:
        shown |= _judged(looked, speaker, history)
        shown["settles"] = [(one, speaker.settles(one)) for one in _settles(looked, last)]
    return render_template("patient.html", **shown, **more)


def _judged(looked: Looked, speaker: Speaker, history: Any) -> dict[str, Any]:
    """What is shown of a judgement."""
    record, decision = looked.judged.record, looked.judged.decision
    series = [*scored(history, speaker), *measured(record.facts, speaker)]
    elsewhere = [fact for fact in record.facts if fact.concept == "other_study"]
    return {
        "decision": decision,
        "lines": matrix(decision, speaker),
        "scores": [speaker.score(name, score) for name, score in decision.scores.items()],
        "plots": [(one, plot(one, _says(one.label, one.points))) for one in islice(series, AT_MOST)],
        "aside": [(by, speaker.set_aside(by, facts)) for by, facts in decision.set_aside],
        "elsewhere": [(fact, speaker.value(fact)) for fact in elsewhere],
        "age": decision.picks["age"].number if "age" in decision.picks else None,
        "sex": record.person.sex,
    }


def _settles(looked: Looked, last: StoredDecision | None) -> Sequence[Settles]:
    """What would settle it: as on record where the study is as it was then and nothing has moved, else found now."""
    ward, known = the_ward(), None
    if last is not None and ward.journal.run(last.run).study_hash == ward.study_hash:
        with ward.database.reading() as connection:
            known = recalled(connection, last, looked.judged.decision, ward.study)
    return looked.judged.settles if known is None else known


def _says(label: str, points: Any) -> str:
    """A series for whoever does not see the picture."""
    told = (f"{p.on.isoformat()} {p.low:g}" + ("" if p.low == p.high else f"–{p.high:g}") for p in points)
    return f"{label}: {', '.join(told)}"


def _seen(about: Whom, decision: int) -> None:
    """Put the view on the audit chain, and keep which decision was seen."""
    ward, visit = the_ward(), the_visit()
    with ward.journal.transaction() as work:
        work.audit("page-viewed", visit.user.name, about.patient, page="patient", role=visit.role.value)
        if decision:
            acts.see(work.connection, Sight(ward.study.id, about.patient, visit.user.name, decision, ward.at()))


def _record_url(about: Whom) -> str | None:
    """Where the hospital's own record is, for who may know whose it is."""
    form = the_ward().place.record_url
    if form is None or not about.named:
        return None
    named = {"id": about.patient.removeprefix("Patient/"), "number": about.person.hospital_number or ""}
    return form.format(**{key: quote(value, safe="") for key, value in named.items()})
