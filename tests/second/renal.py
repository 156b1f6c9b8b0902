"""Criterion E2 a second time: kidney function, dialysis now, a transplant ever; section 6 of the clinical reference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.population.chart import AS_OF, Chart, Diagnosis
from tests.second.kidney import egfr
from tests.second.reading import ABSENT, PRESENT, UNKNOWN, State
from tests.second.reading import when as spans
from tests.second.states import any_of

SESSION_DAYS, SERIES_DAYS, CODE_DAYS = 14, 90, 90
ASKED_DAYS = {"dialysis": 30, "kidney_transplant": 365}  # attestations.csv


def renal(chart: Chart) -> State:
    """Is the patient excluded by E2?"""
    dialysis = _or_said(chart, "dialysis", any_of(ABSENT, *_dialysis(chart)))
    transplant = _or_said(chart, "kidney_transplant", any_of(ABSENT, *_transplant(chart)))
    return any_of(_function(chart), dialysis, transplant)


def _function(chart: Chart) -> State:
    """The eGFR decides; end-stage disease against a good one is a conflict; without one the codes count."""
    low = egfr(chart).below_30
    end_stage = any_of(ABSENT, *(_sure(one) for one in _active(chart, "esrd")))
    if low != UNKNOWN:
        return UNKNOWN if low == ABSENT and end_stage == PRESENT else low
    fresh = [
        one for one in _active(chart, "ckd4", "ckd5") if (days := _days_since(one)) is not None and days <= CODE_DAYS
    ]
    return PRESENT if PRESENT in {end_stage, *map(_sure, fresh)} else UNKNOWN


def _dialysis(chart: Chart) -> Iterator[State]:
    """Dependence, something under way, or a session of the last 14 days; to 90 days ago it is unknown."""
    yield from (_sure(one) for one in _active(chart, "dialysis_dependence"))
    for one in _active(chart, "dialysis_visit"):
        yield _session(_ago(one.onset), _sure(one))
    for done in chart.procedures:
        if done.concept != "haemodialysis" or done.status in {"not-done", "preparation"} or _ago(done.start) < 0:
            continue
        if done.status == "in-progress":
            yield PRESENT
        elif done.end:
            yield _session(_ago(done.end), PRESENT)
        else:
            yield PRESENT if _ago(done.start) <= SERIES_DAYS else ABSENT


def _session(days: int, known: State) -> State:
    if not 0 <= days <= SERIES_DAYS:
        return ABSENT
    return known if days <= SESSION_DAYS else UNKNOWN


def _transplant(chart: Chart) -> Iterator[State]:
    """A status code whatever its clinicalStatus, or a transplant done; a plan or an evaluation is none."""
    yield from (_sure(one) for one in _coded(chart, "kidney_transplant"))
    for done in chart.procedures:
        if done.concept == "kidney_transplant" and done.status == "completed" and _ago(done.start) >= 0:
            yield PRESENT


def _or_said(chart: Chart, item: str, record: State) -> State:
    """A confirmed record stands; else the person's word; nothing on record shows nothing."""
    if record == PRESENT:
        return record
    words = {
        answer.word
        for form in chart.forms
        for answer in form.answers
        if answer.item == f"attest.{item}" and 0 <= _ago(form.when) <= ASKED_DAYS[item]
    }
    return PRESENT if words == {"yes"} else ABSENT if words == {"no"} else UNKNOWN


def _coded(chart: Chart, *concepts: str) -> list[Diagnosis]:
    kept = [one for one in chart.diagnoses if one.concept in concepts and one.verification != "refuted"]
    return [one for one in kept if not one.onset or _ago(one.onset) >= 0]


def _active(chart: Chart, *concepts: str) -> list[Diagnosis]:
    return [one for one in _coded(chart, *concepts) if one.clinical == "active"]


def _sure(one: Diagnosis) -> State:
    return PRESENT if one.verification == "confirmed" else UNKNOWN


def _days_since(one: Diagnosis) -> int | None:
    """Days since onset or record, whichever was later."""
    return min((_ago(text) for text in (one.onset, one.recorded) if text), default=None)


def _ago(text: str) -> int:
    found = spans(text)
    day: date = found.first.date() if found else date.min
    return (AS_OF - day).days
