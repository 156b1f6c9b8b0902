"""Conditions, procedures, allergies and study enrolments become facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapter.facts.coding.codes import Match
from adapter.facts.read.row import NOT_WANTED, Outcome, Row, displays
from adapter.screening.model import Because, Kind, Span

REFUTED = frozenset({"refuted", "entered-in-error"})
OPEN_BY_CLINICAL = {
    "active": True,
    "recurrence": True,
    "relapse": True,
    "inactive": False,
    "remission": False,
    "resolved": False,
}
NOT_DONE = frozenset({"preparation", "not-done", "entered-in-error"})
OPEN_BY_STATUS = {"in-progress": True, "completed": False, "stopped": False}


def read_condition(row: Row) -> Outcome:
    """Read a Condition; one without a verification counts as confirmed and says so."""
    verification = row.code_of("verification_codings")
    if verification in REFUTED:
        return row.outcome([], verification)
    matches = row.codes.concepts(row.codings("codings"), row.text("code_text"), kind="condition")
    if not matches:
        return row.outcome([], NOT_WANTED)
    end = _end(row)
    open_, flags = _open(row, end)
    if verification is None:
        flags["verification"] = "missing"
    start = row.days("onset_date") or row.days("onset_start")
    if start is None and _onset_given(row):
        flags["onset"] = "unreadable"
    told: dict[str, Any] = {
        "start": start,
        "end": end,
        "open": open_,
        "doubt": None if verification in {None, "confirmed"} else Because.INDETERMINATE,
        "recorded": row.days("recorded"),
        "cause": row.codes.other_cause(row.texts("notes")),
        "name": row.named(),
    }
    return row.outcome([row.fact(match, Kind.CONDITION, flags, **told) for match in matches])


def read_procedure(row: Row) -> Outcome:
    """Read a Procedure; one that was done at a time ended at that time."""
    status = row.text("status") or ""
    if status in NOT_DONE:
        return row.outcome([], status)
    matches = row.codes.concepts(row.codings("codings"), row.text("code_text"), kind="procedure")
    given = _given(row)
    if not matches and not given:
        return row.outcome([], NOT_WANTED)
    open_ = OPEN_BY_STATUS.get(status)
    day = row.day("performed_date")
    period = row.period("performed_start", "performed_end")
    told: dict[str, Any] = {
        "start": day.span if day else period.start,
        "time": day.time if day else period.time,
        "end": (None if open_ else day.span) if day else period.end,
        "open": open_,
        "doubt": Because.INDETERMINATE if open_ is None else None,
        "name": row.named(),
    }
    extra = {"status": status or "missing"}
    done = [row.fact(match, Kind.PROCEDURE, extra, **told) for match in matches]
    had = [row.fact(match, Kind.EXPOSURE, extra | _how(row), **told | {"item": match.drug}) for match in given]
    return row.outcome(done + had)


def read_allergy(row: Row) -> Outcome:
    """Read an AllergyIntolerance; a resolved one still says that the drug was not borne."""
    verification = row.code_of("verification_codings")
    if verification in REFUTED:
        return row.outcome([], verification)
    matches = row.codes.concepts(row.codings("codings", "substances"), row.text("code_text"), kind="drug")
    if not matches:
        worded = (row.codes.concepts([], said, kind="drug") for said in row.texts("substance_texts"))
        matches = tuple(match for found in worded for match in found)
    if not matches:
        return row.outcome([], NOT_WANTED)
    flags = {"verification": "missing"} if verification is None else {}
    told: dict[str, Any] = {
        "start": row.days("onset_date"),
        "recorded": row.days("recorded"),
        "doubt": None if verification in {None, "confirmed"} else Because.INDETERMINATE,
        "word": row.text("type"),
    }
    facts = [
        row.fact(match, Kind.ALLERGY, flags, item=match.drug, name=match.display if match.drug else row.named(), **told)
        for match in matches
    ]
    return row.outcome(facts)


def read_enrolment(row: Row) -> Outcome:
    """Read a ResearchSubject: a place in this study or in another one."""
    status = row.text("status")
    if status == "entered-in-error":
        return row.outcome([], status)
    # A study is pointed at or named by its number; one of the two that is ours is enough.
    named = [study for study in (row.text("study"), row.text("study_number")) if study]
    ours = {*row.context.own_studies, *map(_bare, row.context.own_studies)}
    own = any(ours & {study, _bare(study)} for study in named)
    period = row.period("period_start", "period_end")
    fact = row.fact(
        Match("this_study" if own else "other_study"),
        Kind.ENROLMENT,
        word=status,
        doubt=None if status and named else Because.INDETERMINATE,
        received=status or "",
        name=next(iter(named), ""),
        **period._asdict(),
    )
    return row.outcome([fact])


def _given(row: Row) -> tuple[Match, ...]:
    """Return the drugs that a procedure gave: infusions are often recorded as procedures."""
    texts = [*row.texts("code_text"), *displays(row.codings("codings"))]
    if row.codes.only_measures(texts):
        return ()
    return row.codes.concepts(row.codings("codings"), row.text("code_text"), kind="drug")


def _how(row: Row) -> dict[str, str]:
    local = row.codes.is_local(row.codings("codings"), row.texts("code_text"))
    return {"via": row.type} | ({"route": "local"} if local else {})


def _bare(study: str) -> str:
    return study.split("/_history/", maxsplit=1)[0].removeprefix("ResearchStudy/")


def _end(row: Row) -> Span | None:
    day = row.days("abatement_date")
    if day:
        return day
    period = row.period("abatement_start", "abatement_end")
    if period.start and period.end:
        return Span(period.start.first, max(period.start.last, period.end.last))
    return period.end or period.start


def _open(row: Row, end: Span | None) -> tuple[bool, dict[str, str]]:
    """Return whether a condition still goes on, and whether that had to be inferred."""
    clinical = OPEN_BY_CLINICAL.get(row.code_of("clinical_codings") or "")
    if clinical is not None:
        return clinical, {}
    ended = end is not None or _said(row.cells, "abatement_date", "abatement_start", "abatement_end", "abatement_text")
    return not ended, {"clinical": "missing"}


def _onset_given(row: Row) -> bool:
    named = ("onset_date", "onset_start", "onset_end", "onset_text", "onset_age", "onset_age_from", "onset_age_to")
    return _said(row.cells, *named)


def _said(cells: Mapping[str, Any], *columns: str) -> bool:
    return any(
        cells.get(column) not in {None, ""} for column in columns if not isinstance(cells.get(column), list | dict)
    )
