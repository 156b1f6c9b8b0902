"""Observations and answers on forms become results and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from adapter.facts.coding.codes import Match
from adapter.facts.read.row import NOT_WANTED, Outcome, Period, Row
from adapter.facts.results.values import Measured, read_value
from adapter.screening.model import Because, Fact, Kind, Span
from adapter.study.codelists import OWN_SYSTEM

ValueWord = Callable[[str | None, str | None, str | None], str | None]

COUNTS = frozenset({"final", "amended", "corrected"})
SAYS_NOTHING = frozenset({"registered", "cancelled", "entered-in-error"})
ABSENT = frozenset({"absent", "negative", "no"})
NOT_ASSESSED = "not_assessed"  # said in so many words, it is what leaving the item out says
ANSWERED = frozenset({"completed", "amended"})


def read_result(row: Row) -> Outcome:
    """Read an Observation or one of its components."""
    status = row.text("status") or ""
    if status in SAYS_NOTHING:
        return row.outcome([], status)
    matches = row.codes.concepts(row.codings("codings"), row.text("code_text"), kind="observation")
    named = [] if matches else _named_by_value(row)
    if not matches and not named:
        return row.outcome([], NOT_WANTED)
    taken = _taken(row)
    told: dict[str, Any] = {
        "start": taken.start,
        "time": taken.time,
        "doubt": None if status in COUNTS else Because.NOT_FINAL,
    }
    facts = [row.fact(match, Kind.WORD, word="present", received=match.display, **told) for match in named]
    facts += [fact for match in matches for fact in _measured(row, row.cells, match, told)]
    if status == "preliminary":
        facts = [_with_extra(fact, "status", status) for fact in facts]
    if cause := row.codes.other_cause(row.texts("notes")):
        facts = [_attributed(fact, cause) for fact in facts]
    return row.outcome(
        facts, "not performed" if row.code_of("absent_reason_codings") == "not-performed" else "no value"
    )


def read_answer(row: Row) -> Outcome:
    """Read one item of a QuestionnaireResponse."""
    status = row.text("status") or ""
    if status == "entered-in-error":
        return row.outcome([], status)
    asked = {"system": row.text("questionnaire"), "code": row.text("link_id")}
    matches = row.codes.concepts([asked], None, kind="observation")
    if not matches:
        return row.outcome([], NOT_WANTED)
    day = row.day("authored")
    told: dict[str, Any] = {
        "start": day.span if day else None,
        "time": day.time if day else "",
        "doubt": None if status in ANSWERED else Because.NOT_FINAL,
        "author": row.text("author"),
        "item": row.text("link_id") or "",
    }
    cells = _as_result(row.cells)
    return row.outcome([fact for match in matches for fact in _measured(row, cells, match, told)], "no value")


def _measured(row: Row, cells: Mapping[str, Any], match: Match, told: Mapping[str, Any]) -> list[Fact]:
    context = row.context
    word = _value_word(row, match.concept)
    measured = read_value(match.concept, cells, context.units, context.words, unit_hint=match.unit, value_word=word)
    if measured.word == NOT_ASSESSED or not _says_anything(measured):
        return []
    fact = row.fact(
        match,
        Kind.WORD if match.is_word else Kind.RESULT,
        {name: said for name, said in (("sex", match.sex), ("comparator", measured.comparator)) if said},
        quantity=measured.quantity,
        word=measured.word,
        flag=measured.flag,
        ranges=measured.ranges,
        trouble=measured.trouble,
        received=measured.received,
        name=row.named() or match.display,
        **told,
    )
    return [fact]


def _attributed(fact: Fact, cause: str) -> Fact:
    """Put a result down to another cause; where one note stands beside several results, it does not say which."""
    if not fact.item:
        return replace(fact, cause=cause)
    if fact.word in ABSENT or fact.doubt:
        return fact
    return _with_extra(replace(fact, doubt=Because.INDETERMINATE), "note", cause)


def _with_extra(fact: Fact, name: str, said: str) -> Fact:
    return replace(fact, extra=tuple(sorted({*fact.extra, (name, said)})))


def _says_anything(measured: Measured) -> bool:
    said = (measured.quantity, measured.word, measured.flag, measured.trouble)
    return any(one is not None and one is not Because.NO_RESULT for one in said)


def _value_word(row: Row, concept: str) -> ValueWord:
    def word(system: str | None, code: str | None, text: str | None) -> str | None:
        if found := row.codes.value_word(system, code, text, concept):
            return found
        # A site may name the finding itself as the value, in a code of its own.
        meant = row.codes.concepts([{"system": system, "code": code}], None, kind="observation") if code else ()
        words = (row.codes.value_word(OWN_SYSTEM, match.concept, None, concept) for match in meant)
        return next((one for one in words if one), None)

    return word


def _named_by_value(row: Row) -> list[Match]:
    """Return the findings that are themselves the value of a code that says nothing to us."""
    found = row.codes.concepts(row.codings("value_codings"), None, kind="observation")
    return [match for match in found if match.is_word]


def _taken(row: Row) -> Period:
    """Return when a result was true of the patient; the day it was issued is not that."""
    day = row.day("effective_date") or row.day("effective_instant")
    if day:
        return Period(day.span, day.time)
    period = row.period("effective_start", "effective_end")
    if period.start and period.end:
        whole = Span(period.start.first, max(period.end.last, period.start.last))
        return Period(whole, period.time if whole.exact else "")
    return Period(period.start or period.end, period.time)


def _as_result(cells: Mapping[str, Any]) -> dict[str, Any]:
    number = next((cells[name] for name in ("answer_decimal", "answer_number") if cells.get(name) is not None), None)
    return {
        "value_codings": cells.get("answer_codings"),
        "value_string": cells.get("answer_string"),
        "value_boolean": cells.get("answer_boolean"),
        "value_integer": cells.get("answer_integer"),
        "value_number": number,
        "value_unit": cells.get("answer_unit"),
    }
