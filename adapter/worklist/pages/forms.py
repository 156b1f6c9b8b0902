"""The form: filled in at the bedside, evidence at once, and never lost to a colleague, a run or a busy database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response

from adapter.database import DatabaseError
from adapter.journal.clinic import answers
from adapter.journal.clinic.answers import Form
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import CLINIC, open_to
from adapter.worklist.access.whom import Whom, whom
from adapter.worklist.show.sheet import Sheet, allowed, answers_in, response, stated
from adapter.worklist.ward import the_ward

pages = Blueprint("forms", __name__)


@dataclass(frozen=True)
class Filled:
    """A form as somebody sent it, or as it is opened: the answers, their day, and the newest form it knows of."""

    chosen: Mapping[str, str]
    on: str
    seen: int
    text: str = ""


@pages.get("/worklist/<number>/form")
@open_to(CLINIC)
def form(number: str) -> str:
    """Open the form, with what was answered today already chosen."""
    about, today = whom(number), the_ward().today().isoformat()
    with the_ward().journal.transaction() as work:
        visit = the_visit()
        work.audit("page-viewed", visit.user.name, about.patient, page="form", role=visit.role.value)
    given = _given(about)
    newest = given[-1] if given else None
    chosen = answers_in(newest) if newest and newest.authored[:10] == today else {}
    if request.args.get("take") and (looked := the_ward().look(about.patient)) is not None:
        chosen = {**stated(looked.judged.record.facts), **chosen}
    return _shown(about, Filled(chosen, today, newest.id if newest else 0), given)


@pages.post("/worklist/<number>/form")
@open_to(CLINIC)
def fill_in(number: str) -> Response | tuple[str, int] | str:
    """Put the form on record and judge the patient anew, or only show what it comes to."""
    about = whom(number)
    filled = _sent(about)
    if request.form.get("show"):
        return _shown(about, filled, _given(about))
    if not filled.chosen:
        return _shown(about, filled, _given(about), "form.empty"), 400
    try:
        overtaken = _keep(about, filled)
    except DatabaseError:
        return _shown(about, filled, _given(about), "form.busy"), 503
    if overtaken:
        given = _given(about)
        again = Filled(filled.chosen, filled.on, given[-1].id, filled.text)
        return _shown(about, again, given, "form.changed", given[-1]), 409
    ward = the_ward()
    moved = ward.decide(about.patient)
    if ward.sends_forms and not moved:
        ward.tell()
    return redirect(f"{about.path}?done=form", 303)


def _keep(about: Whom, filled: Filled) -> bool:
    """Put a form on record, unless there is one that its author has not seen; tell whether there is."""
    ward, author = the_ward(), the_visit().user.name
    with ward.journal.transaction() as work:
        if answers.last(work.connection, ward.study.id, about.patient) != filled.seen:
            return True
        made = Form(0, about.patient, author, _authored(filled.on), ward.at(), filled.text)
        answers.add(work, ward.study.id, made, tell_server=ward.sends_forms)
    return False


def _sent(about: Whom) -> Filled:
    """What the browser sent; the day of the examination is not after today."""
    chosen, seen = allowed(request.form), request.form.get("seen", "")
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        abort(400)
    if not seen.isdecimal() or not date(1900, 1, 1) <= on <= the_ward().today():
        abort(400)
    text = response(about.patient, the_visit().user.name, _authored(on.isoformat()), chosen)
    return Filled(chosen, on.isoformat(), int(seen), text)


def _authored(on: str) -> str:
    """The instant of the answers: that day, at this hour of the hospital."""
    zone = ZoneInfo(the_ward().time_zone)
    now = the_ward().now().astimezone(zone)
    return datetime.combine(date.fromisoformat(on), now.time(), zone).isoformat(timespec="seconds")


def _given(about: Whom) -> list[Form]:
    ward = the_ward()
    with ward.database.reading() as connection:
        return answers.of(connection, ward.study.id, about.patient)


def _shown(about: Whom, filled: Filled, given: list[Form], trouble: str = "", theirs: Form | None = None) -> str:
    """The form, judged with what is chosen on it."""
    ward = the_ward()
    looked = ward.look(about.patient, _as_more(filled))
    if looked is None:
        abort(404)
    speaker = ward.speaker(g.reader.language, looked.judged.record.person.sex)
    last = answers_in(given[-1]) if given else {}
    made = Sheet(looked.judged.decision, looked.judged.record.facts, speaker, filled.chosen, last).sections()
    return render_template(
        "form.html", about=about, filled=filled, sections=made, trouble=trouble, theirs=theirs,
        newest=given[-1] if given else None, decision=looked.judged.decision, differs=_differs(filled, theirs),
        today=ward.today().isoformat(), taken=bool(request.args.get("take")),
    )  # fmt: skip


def _as_more(filled: Filled) -> tuple[bytes, ...]:
    """A form that is not on record, as evidence for what it would come to."""
    if not filled.text or not filled.chosen:
        return ()
    return (filled.text.replace("{", '{"id": "page-now", ', 1).encode(),)


def _differs(filled: Filled, theirs: Form | None) -> set[str]:
    """The items that a colleague answered otherwise meanwhile."""
    if theirs is None:
        return set()
    said = answers_in(theirs)
    return {name for name in {*said, *filled.chosen} if said.get(name) != filled.chosen.get(name)}
