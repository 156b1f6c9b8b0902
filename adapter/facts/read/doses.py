"""How much of a drug a day: read where dose and timing are given in numbers; a dose in words is not guessed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from adapter.facts.read.row import Row, codings_in
from adapter.facts.results.units import trustworthy
from adapter.screening.model import Quantity

NONE = Decimal(0)
# Times in so many days. http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation, the codes of FHIR R4 Timing.code.
TIMING_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
TIMINGS = {
    "QD": (1, 1), "BID": (2, 1), "TID": (3, 1), "QID": (4, 1), "QOD": (1, 2), "AM": (1, 1), "PM": (1, 1), "BED": (1, 1),
    "Q1H": (24, 1), "Q2H": (12, 1), "Q3H": (8, 1), "Q4H": (6, 1), "Q6H": (4, 1), "Q8H": (3, 1),
}  # fmt: skip
HOURS = {"h": 1, "d": 24, "wk": 168}
# What may stand in a timing beside the doses of a day without making them fewer.
HARMLESS = frozenset({"frequency", "period", "periodUnit", "when", "offset", "timeOfDay", "duration", "durationUnit"})


class _Dose(NamedTuple):
    """The least and the most of one day."""

    least: Decimal
    most: Decimal


def daily_dose(row: Row, drug: str, *, one_day: bool) -> Quantity | None:
    """Return the dose of a day in the drug's equivalents of units.csv; None where numbers do not give it.

    `one_day` says that what was given lay on one day. Doses of a longer rhythm than a day are averaged over it. What
    is taken as needed, or for part of the time only, may on a day have been nothing.
    """
    cells = row.cells.get("dosages")
    unit = row.context.units.canonical(drug)
    dosages = [one for one in cells if isinstance(one, Mapping)] if unit and isinstance(cells, list) else []
    read = [_of_dosage(row, drug, one, one_day=one_day) for one in dosages]
    doses = [dose for dose in read if dose is not None]
    if not doses or len(doses) < len(read):
        return None
    dose = _together(doses, dosages)
    return Quantity(dose.least, dose.most, f"{unit}/d")


def _together(doses: list[_Dose], dosages: list[Mapping[str, Any]]) -> _Dose:
    """Several doses at once add up; those one after the other take turns, with gaps where each has its own dates."""
    if len({str(one.get("sequence")) for one in dosages}) > 1:
        gaps = len(dosages) > 1 and any("boundsPeriod" in _repeat(one) for one in dosages)
        return _Dose(NONE if gaps else min(d.least for d in doses), max(d.most for d in doses))
    apart = len({str(_repeat(one).get("boundsPeriod")) for one in dosages}) > 1
    return _Dose(NONE if apart else sum((d.least for d in doses), NONE), sum((d.most for d in doses), NONE))


def _of_dosage(row: Row, drug: str, dosage: Mapping[str, Any], *, one_day: bool) -> _Dose | None:
    if row.type == "MedicationAdministration":
        given = _quantity(row, drug, dosage.get("dose"))
        return None if given is None else _Dose(given if one_day else NONE, given)
    single = _single(row, drug, dosage.get("doseAndRate"))
    rhythm = _rhythm(dosage)
    if single is None or rhythm is None:
        return None
    times, days = rhythm
    most = single.most * times / days
    return _Dose(NONE if _perhaps_less(row, dosage) else single.least * times / days, most)


def _single(row: Row, drug: str, rates: object) -> _Dose | None:
    """Return one dose. Of several ways to tell it, such as ordered and calculated, all must agree."""
    told = {_dose(row, drug, rate) for rate in rates if isinstance(rate, Mapping)} if isinstance(rates, list) else set()
    return told.pop() if len(told) == 1 else None


def _dose(row: Row, drug: str, rate: Mapping[str, Any]) -> _Dose | None:
    between = rate.get("doseRange")
    ends = (
        (between.get("low"), between.get("high")) if isinstance(between, Mapping) else (rate.get("doseQuantity"),) * 2
    )
    least, most = (_quantity(row, drug, end) for end in ends)
    return None if least is None or most is None or least > most else _Dose(least, most)


def _quantity(row: Row, drug: str, told: object) -> Decimal | None:
    if not isinstance(told, Mapping) or told.get("comparator"):
        return None
    number = _number(told.get("value"))
    unit, code, system = (_text(told.get(name)) for name in ("unit", "code", "system"))
    return None if number is None else row.context.units.convert(drug, number, unit, code, system).number


def _rhythm(dosage: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    """Return how many times in how many days; None where that is not said in numbers or by a known code."""
    repeat = _repeat(dosage)
    if "frequency" in repeat or "period" in repeat:
        times, length = _number(repeat.get("frequency", 1)), _number(repeat.get("period"))
        hours = HOURS.get(_text(repeat.get("periodUnit")) or "")
        found = times is not None and length is not None and hours and times > 0 and length > 0
        ranged = "frequencyMax" in repeat or "periodMax" in repeat
        return (times * 24, length * hours) if found and not ranged and times and length and hours else None
    timing = dosage.get("timing")
    code = timing.get("code") if isinstance(timing, Mapping) else None
    codings = codings_in(code, "coding") if isinstance(code, Mapping) else []
    known = {TIMINGS.get(str(one.get("code")).upper()) for one in codings if one.get("system") == TIMING_SYSTEM}
    rhythm = known.pop() if len(known) == 1 else None
    return None if rhythm is None else (Decimal(rhythm[0]), Decimal(rhythm[1]))


def _perhaps_less(row: Row, dosage: Mapping[str, Any]) -> bool:
    """Whether there may be days of the period without the dose: as needed, on some weekdays, for a number of days."""
    if dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage:
        return True
    # An order's own dates are its period; those in a statement say something else than its period does.
    own = {"boundsPeriod"} if row.type == "MedicationRequest" else set()
    return any(name not in HARMLESS | own for name in _names(_repeat(dosage)))


def _names(repeat: Mapping[str, Any]) -> Iterable[str]:
    return (name for name in repeat if name not in {"id", "extension"} and not name.startswith("_"))


def _repeat(dosage: Mapping[str, Any]) -> Mapping[str, Any]:
    timing = dosage.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, Mapping) else None
    return repeat if isinstance(repeat, Mapping) else {}


def _number(cell: object) -> Decimal | None:
    if cell is None or isinstance(cell, bool | Mapping | list):
        return None
    try:
        number = Decimal(str(cell))
    except InvalidOperation:
        return None
    return number if trustworthy(number) else None


def _text(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None
