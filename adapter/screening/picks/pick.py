"""From facts to study variables: the index date is spent here, and nothing after this knows a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from adapter.screening import equations
from adapter.screening.judging.logic import most_urgent
from adapter.screening.judging.readings import outcome
from adapter.screening.model import Because, Fact, Kind, PatientRecord, Pick, Quantity, Reading, Span
from adapter.screening.picks import windows
from adapter.screening.picks.exposure import begun_anew, exposed, long_enough, strong_enough
from adapter.screening.picks.shelf import BIRTH, Shelf, lay_out
from adapter.screening.study import PickKind, Study, Variable

SHOWN = 2  # of what cannot count a reader needs to see no more


def pick(record: PatientRecord, study: Study, as_of: date) -> dict[str, Pick]:
    """Choose for every variable of the study what the record holds on the index date."""
    return pick_from(lay_out(record, study, as_of), study, study.variables.values())


def pick_from(shelf: Shelf, study: Study, variables: Iterable[Variable]) -> dict[str, Pick]:
    """Choose for some variables from facts already laid out."""
    return {variable.id: _pick_one(variable, shelf, study) for variable in variables}


def _pick_one(variable: Variable, shelf: Shelf, study: Study) -> Pick:
    if shelf.missing(variable):
        return Pick(variable.id, because=Because.SOURCE_INCOMPLETE)
    if variable.pick is PickKind.AGE:
        return _age(variable, shelf, study)
    facts = _not_closed(variable, _with_words(variable, shelf.of(variable)), shelf, study)
    picked = _PICKS[variable.pick](variable, facts, shelf)
    return picked if picked.readings else _nothing(variable, picked, shelf, study)


def _with_words(variable: Variable, facts: list[Fact]) -> list[Fact]:
    """Only the facts that say one of the variable's words, where it names any."""
    return [fact for fact in facts if fact.word in variable.only_words] if variable.only_words else facts


def _not_closed(variable: Variable, facts: list[Fact], shelf: Shelf, study: Study) -> list[Fact]:
    """Leave out what a later negative result of another variable has closed; one of the same day closes nothing."""
    if not variable.closed_by:
        return facts
    test = study.variables[variable.closed_by]
    negative = [
        fact.start.last for fact in shelf.of(test)
        if windows.usable(fact) and fact.start and outcome(fact, test, shelf.person.sex) == "negative"
    ]  # fmt: skip
    closed_on = max(negative, default=date.min)
    return [fact for fact in facts if (day := _last_said(fact)) is None or day >= closed_on]


def _last_said(fact: Fact) -> date | None:
    days = [span.last for span in (fact.start, fact.recorded) if span is not None]
    return max(days, default=None)


def _nothing(variable: Variable, picked: Pick, shelf: Shelf, study: Study) -> Pick:
    """No reading: say why, or that the study reads silence as a no."""
    silent = variable.absence == "no" or (
        variable.absence == "policy" and study.presume_absence and shelf.populated(variable)
    )
    # What is there without a date is not silence.
    presumed = silent and (picked.because is not Because.UNDATED or variable.undated == "drop")
    because = picked.because or variable.absent_because
    return Pick(variable.id, because=because, presumed_absent=presumed, left_out=picked.left_out)


def _latest(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    """The newest that counts by its status, and beside it what is newer but doubtful."""
    days = shelf.newest_days(variable.among) if variable.among else set()
    if variable.among:  # a form counts as a whole: only what stands on the newest day of its sheet
        facts = [fact for fact in facts if fact.start in days]
    certain = [fact for fact in facts if fact.doubt is None]
    counting = windows.newest(certain, shelf.as_of, variable.dated_by, each_concept=bool(variable.prefer))
    bar = max(((_first_day(fact, variable), fact.time) for fact in counting), default=(date.min, ""))
    doubtful = [
        fact for fact in facts
        if fact.doubt is not None and windows.dated(fact) is not None and not _before(fact, bar, variable)
    ]  # fmt: skip
    picked = _windowed(variable, [*counting, *doubtful], facts, shelf, keep_old=True)
    if len(days) > len({fact.start for fact in facts}):  # which form is the newest is not known, and one is silent
        unsure = tuple(replace(one, doubt=one.doubt or Because.INDETERMINATE) for one in picked.readings)
        return replace(picked, readings=unsure)
    return picked


def _earliest(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    spans = [(fact, when) for fact in facts if (when := windows.dated(fact)) is not None]
    bar = min((when.last for _, when in spans), default=date.max)
    return _windowed(variable, [fact for fact, when in spans if when.first <= bar], facts, shelf)


def _any(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    facts = [fact for fact in facts if windows.on_course(fact, variable.course, shelf.as_of)]
    if variable.begun_after_days:
        facts = begun_anew(facts, variable.begun_after_days, shelf.as_of)
    return _windowed(variable, facts, facts, shelf)


def _highest(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    return _extreme(_any(variable, facts, shelf), highest=True)


def _lowest(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    return _extreme(_any(variable, facts, shelf), highest=False)


def _extreme(picked: Pick, *, highest: bool) -> Pick:
    """Keep the extreme number, and what may be more extreme still: a doubtful, open-ended or unreadable one."""
    numbers = [_exact(reading) for reading in picked.readings if reading.sure]
    known = [number for number in numbers if number is not None]
    best = (max if highest else min)(known, default=None)
    kept = tuple(r for r in picked.readings if best is None or _rivals(r, best, highest=highest))
    return Pick(picked.variable, kept, picked.because)


def _rivals(reading: Reading, best: Decimal, *, highest: bool) -> bool:
    """Whether a reading is the extreme or may lie beyond it."""
    quantity = reading.fact.quantity
    if quantity is None:
        return True
    reach = quantity.high if highest else quantity.low
    if reading.sure and quantity.exact:
        return reach == best
    return reach is None or (reach > best if highest else reach < best)


def _change(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    """The newest in its window, and before it, perhaps or surely, everything of the same concept, newest first."""
    now = _latest(variable, facts, shelf)
    firsts: dict[str, tuple[date, str]] = {}
    for reading in now.readings:
        first = (_first_day(reading.fact, variable), reading.fact.time)
        firsts[reading.fact.concept] = min(first, firsts.get(reading.fact.concept, first))
    shown = {id(reading.fact) for reading in now.readings}
    before = [
        Reading(fact, None if _before(fact, firsts[fact.concept], variable) else Because.INDETERMINATE)
        for fact in facts
        if windows.usable(fact) and fact.start and fact.concept in firsts and id(fact) not in shown
    ]
    before.sort(key=lambda reading: (_last_day(reading.fact, variable), reading.fact.key), reverse=True)
    return Pick(variable.id, now.readings, now.because, earlier=tuple(before))


def _exposure(variable: Variable, facts: list[Fact], shelf: Shelf) -> Pick:
    start = windows.window_start(variable.window, shelf.as_of, shelf.anchor(variable.window))
    placed = [(fact, exposed(fact, start, shelf.as_of, only_open=variable.course == "open")) for fact in facts]
    readings = tuple(Reading(fact, doubt) for fact, (kept, doubt) in placed if kept)
    if readings and variable.daily_dose is not None:
        days = max(variable.at_least_days, 1)
        readings = strong_enough(readings, variable.daily_dose, days, start, shelf.as_of)
        return Pick(variable.id, readings, Because.INDETERMINATE)
    if readings and variable.at_least_days:
        readings = long_enough(readings, variable.at_least_days, shelf.as_of)
        return Pick(variable.id, readings, Because.INDETERMINATE)
    return Pick(variable.id, readings, Because.TOO_OLD if facts else None)


def _windowed(
    variable: Variable, facts: list[Fact], all_facts: list[Fact], shelf: Shelf, *, keep_old: bool = False
) -> Pick:
    """Place each fact in the variable's window; what fell out of it gives the reason."""
    anchor = shelf.anchor(variable.window)
    start = windows.window_start(variable.window, shelf.as_of, anchor)
    oldest = windows.oldest_day(variable.window, start, shelf.as_of, anchor)
    readings, reasons = [], []
    for fact in facts:
        when = windows.dated(fact, variable.dated_by)
        kept, doubt = windows.place(when, start, shelf.as_of, oldest)
        if when is None:
            kept, doubt = variable.undated != "drop", _undated_doubt(variable)
        elif not kept and keep_old:
            kept = variable.absence == "unknown"
        reasons.append(doubt)
        if kept:
            readings.append(Reading(fact, fact.doubt or doubt or _open_doubt(variable, fact, shelf.as_of)))
    if not facts and all_facts:
        reasons = [Because.UNDATED]
    because = most_urgent(reasons) if any(reasons) else None
    return Pick(
        variable.id, tuple(readings), because, left_out=() if readings else tuple((facts or all_facts)[-SHOWN:])
    )


def _undated_doubt(variable: Variable) -> Because | None:
    return None if variable.undated == "sure" else Because.UNDATED


def _open_doubt(variable: Variable, fact: Fact, as_of: date) -> Because | None:
    if variable.course not in {"open", "in_progress"} or fact.end is None or windows.is_open(fact, as_of) is not None:
        return None
    return Because.INDETERMINATE


def _age(variable: Variable, shelf: Shelf, study: Study) -> Pick:
    person, birth = shelf.person, shelf.person.birth
    born = Fact(BIRTH, Kind.WORD, person.id, person.version, person.updated, received=person.birth_received)
    if birth is None:
        because = Because.UNREADABLE if person.birth_received else Because.NO_RESULT
        return Pick(variable.id, because=because, left_out=(born,) if person.birth_received else ())
    if birth.first > shelf.as_of:
        return Pick(variable.id, because=Because.CONFLICT, left_out=(born,))
    if study.partial_birth == "1 July" and not birth.exact:
        birth = Span(date(birth.first.year, 7, 1), date(birth.first.year, 7, 1))
    low, high = equations.age_range(birth, Span(shelf.as_of, shelf.as_of), study.leap_birthday)
    return Pick(variable.id, (Reading(born),), number=Quantity(Decimal(max(low, 0)), Decimal(high), "a"))


def _before(fact: Fact, bar: tuple[date, str], variable: Variable) -> bool:
    """Whether a fact is older than another; on one day only where both have a time."""
    day = _last_day(fact, variable)
    return day < bar[0] or (day == bar[0] and bool(fact.time and bar[1]) and fact.time < bar[1])


def _first_day(fact: Fact, variable: Variable) -> date:
    when = windows.dated(fact, variable.dated_by)
    return when.first if when else date.min


def _last_day(fact: Fact, variable: Variable) -> date:
    when = windows.dated(fact, variable.dated_by)
    return when.last if when else date.min


def _exact(reading: Reading) -> Decimal | None:
    quantity = reading.fact.quantity
    return quantity.low if quantity is not None and quantity.exact else None


_PICKS: dict[PickKind, Callable[[Variable, list[Fact], Shelf], Pick]] = {
    PickKind.LATEST: _latest,
    PickKind.EARLIEST: _earliest,
    PickKind.ANY: _any,
    PickKind.OCCASIONS: _any,
    PickKind.HIGHEST: _highest,
    PickKind.LOWEST: _lowest,
    PickKind.CHANGE: _change,
    PickKind.EXPOSURE: _exposure,
}
