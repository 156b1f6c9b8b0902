"""Patients from a seed and a number, drawn so that they stand at, just below and just above every limit.

`chart(seed, number)` is pure: the same two give the same patient, whatever was made before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

from tests.population.analytes import (
    ACR97,
    ANA_TITER,
    ANALYTES,
    BLACK_RACE,
    DIAGNOSES,
    DIPSTICK,
    EULAR,
    EULAR_MEASURED,
    INFECTION,
    ONE_SEX,
    SLEDAI,
    SLEDAI_MEASURED,
    WORDED,
)
from tests.population.chart import AS_OF, Answer, Chart, Diagnosis, Form, Result
from tests.population.renal import kidney_diagnoses, procedures
from tests.population.troubles import troubled

DAYS = (0, 1, 2, 5, 9, 10, 11, 29, 30, 31, 40, 41, 60, 89, 90, 91, 100, 183, 200, 400, 900, -1)
POSITIVE = ("阳性", "弱阳性", "反应性", "positive")
NEGATIVE = ("阴性", "非反应性", "未检出", "negative")
DOUBTFUL = ("±", "可疑", "灰区", "临界", "indeterminate", "equivocal", "borderline")


def chart(seed: int, number: int) -> Chart:
    """Make one patient."""
    rng = Random(f"{seed}/{number}")
    anchor = rng.choice((0, 1, 4, 12, 20, 29, 30, 31))
    dense = rng.choice((0.2, 0.6, 0.95, 1.0))
    results = [one for made in (_measured, _worded, _graded, _titres, _egfrs) for one in made(rng, anchor, dense)]
    forms = tuple(_forms(rng, anchor, dense))
    gender = rng.choices(("female", "male", "other", "unknown"), (70, 22, 4, 4))[0]
    birth, diagnoses = _birth(rng), (*_diagnoses(rng, anchor), *kidney_diagnoses(rng))
    return Chart(f"g{seed}-{number}", birth, gender, _panels(rng, results), forms, diagnoses, procedures(rng))


def _birth(rng: Random) -> str:
    years = rng.choice((17, 18, 30, 41, 55, 65, 66, 80))
    born = date(AS_OF.year - years, rng.randint(1, 12), rng.randint(1, 28))
    if rng.random() < 0.2:
        born = date(AS_OF.year - years, AS_OF.month, AS_OF.day) - timedelta(rng.choice((0, 1, 30, 89, 90)))
    return rng.choices((str(born), str(born)[:7], str(born)[:4]), (94, 3, 3))[0]


def _when(rng: Random, days: int) -> str:
    on = AS_OF - timedelta(days)
    clock = ("", "T08:05:00+08:00", "T20:15:00+08:00", "T15:59:00Z", "T16:30:00Z")
    kind = rng.choices(("day", "instant", "period", "month", "year", "none"), (30, 58, 4, 4, 1, 3))[0]
    if kind == "period":
        return f"{on - timedelta(rng.choice((0, 1, 1, 3)))}/{on}"
    if kind == "instant":
        return f"{on}{rng.choice(clock[1:])}"
    return {"day": str(on), "month": str(on)[:7], "year": str(on)[:4], "none": ""}[kind]


def _day(rng: Random, anchor: int) -> int:
    """Days before the index date: often in the ten days before the form, or on the edge of them."""
    near = (anchor, max(anchor - 1, 0), anchor + 5, anchor + 9, anchor + 10, anchor + 11)
    return rng.choice(near if rng.random() < 0.7 else DAYS)


def _measured(rng: Random, anchor: int, dense: float) -> list[Result]:
    made = []
    untidy = rng.random() < 0.5
    for concept, analyte in ANALYTES.items():
        for _ in range(rng.choice((1, 1, 1, 2, 3)) if rng.random() < dense else 0):
            one = Result(concept, rng.choice(analyte.codes), _when(rng, _day(rng, anchor)))
            one = _valued(rng, one)
            made.append(troubled(rng, one) if untidy else one)
            if rng.random() < 0.03:  # another result of the same instant
                made.append(_valued(rng, Result(concept, one.code, one.when)))
    return made


def _valued(rng: Random, one: Result) -> Result:
    analyte = ANALYTES[one.concept]
    unit = rng.choice(list(analyte.units))
    kind = rng.choices(("usual", "edge", "far"), (52, 34, 14))[0]
    limit = rng.choice(analyte.limits)
    if kind == "usual":
        number, step = _in_unit(analyte.usual, unit, analyte.units[unit])
    else:
        number, step = _in_unit(limit, unit, analyte.units[unit])
        number += step * (rng.choice((-1, 0, 0, 1)) if kind == "edge" else rng.choice((-20, 20, 40)))
    low, high = analyte.low, analyte.high
    if rng.random() < 0.1:
        low = high = None
    scale = [None if end is None else _in_unit(end, unit, analyte.units[unit])[0] for end in (low, high)]
    one = replace(one, value=max(number, Decimal(0)), unit=unit, low=scale[0], high=scale[1])
    return _sediment(rng, one) if one.concept.endswith("_hpf") else one


def _in_unit(value: Decimal, unit: str, factor: Decimal) -> tuple[Decimal, Decimal]:
    """A canonical value in another unit, and the smallest step a report would print there."""
    if unit == "[degF]":
        return (value * Decimal("1.8") + 32).quantize(Decimal("0.1")), Decimal("0.1")
    if not factor:
        raise ValueError(unit)
    step = Decimal("0.01") / factor if factor < 1 else Decimal("0.01")
    step = {Decimal("0.01"): Decimal("0.01")}.get(step, Decimal(1) if step >= 1 else Decimal("0.1"))
    if value == value.to_integral_value() and factor == 1:
        step = Decimal(1)
    return (value / factor).quantize(step), step


def _sediment(rng: Random, one: Result) -> Result:
    kind = rng.random()
    if kind < 0.12:
        low = rng.choice((0, 3, 4, 5, 6))
        return replace(one, value=Decimal(low), upto=Decimal(low + 2), unit="")
    if kind < 0.18:
        return replace(one, value=None, word=rng.choice(("偶见", "未见", "满视野")), unit="")
    return one


def _worded(rng: Random, anchor: int, dense: float) -> list[Result]:
    made = []
    for concept, codes in WORDED.items():
        for _ in range(rng.choice((1, 1, 2)) if rng.random() < dense * 0.6 else 0):
            words = rng.choices((POSITIVE, NEGATIVE, DOUBTFUL), (20, 74, 6))[0]
            one = Result(concept, rng.choice(codes.split()), _when(rng, _day(rng, anchor)), word=rng.choice(words))
            made.append(troubled(rng, one) if rng.random() < 0.3 else one)
    return made


def _graded(rng: Random, anchor: int, dense: float) -> list[Result]:
    """Dipsticks for protein, by grade."""
    made = []
    for _ in range(rng.choice((1, 1, 2, 3)) if rng.random() < dense * 0.4 else 0):
        word = rng.choice(("阴性", "阴性", "±", "微量", "1+", "2+", "3+", "3+", "4+", "4+"))
        one = Result("protein_dipstick", rng.choice(DIPSTICK.split()), _when(rng, rng.choice(DAYS)), word=word)
        made.append(troubled(rng, one) if rng.random() < 0.2 else one)
    return made


def _titres(rng: Random, anchor: int, dense: float) -> list[Result]:
    made = []
    for _ in range(rng.choice((1, 1, 2)) if rng.random() < dense * 0.8 else 0):
        number, sign = rng.choice((40, 79, 80, 100, 320, 1000)), rng.choice(("", "", "", "", "<", ">"))
        text = rng.choice(
            (f"{sign}1:{number}", f"{sign}1：{number}", f"{sign}1:{number} 核颗粒型" if not sign else "阴性")
        )
        one = Result("ana_titer", rng.choice(ANA_TITER.split()), _when(rng, rng.choice(DAYS)), word=text)
        if rng.random() < 0.3:
            one = replace(one, word="", value=Decimal(number), unit="{titer}")
        made.append(replace(one, status="preliminary") if rng.random() < 0.04 else one)
    return made


def _egfrs(rng: Random, anchor: int, dense: float) -> list[Result]:
    made = []
    if rng.random() < 0.1:
        value = Decimal(rng.choice((29, 30, 31, 90)))
        one = Result("egfr_black_race", rng.choice(BLACK_RACE.split()), _when(rng, rng.choice(DAYS)), value)
        made.append(replace(one, unit="mL/min/{1.73_m2}"))
    if rng.random() < 0.1:
        value = Decimal(rng.choice((29, 30, 31, 90)))
        code = ONE_SEX[rng.choice(("female", "male"))]
        made.append(Result("egfr", code, _when(rng, rng.choice(DAYS)), value, unit="mL/min/{1.73_m2}"))
    return made


def _panels(rng: Random, results: list[Result]) -> tuple[Result, ...]:
    """Some results of one instant stand together as the components of one Observation."""
    made = []
    key = lambda one: (one.when, one.status, one.note != "")  # noqa: E731
    for number, (_, group) in enumerate(groupby(sorted(results, key=key), key)):
        together = list(group)
        joined = len(together) > 1 and not together[0].note and rng.random() < 0.4
        made += [replace(one, panel=f"p{number}" if joined else "") for one in together]
    return tuple(made)


def _forms(rng: Random, anchor: int, dense: float) -> list[Form]:
    made = []
    for days in (anchor, rng.choice((anchor, anchor + 1, anchor + 7, 31))) if rng.random() < 0.15 else (anchor,):
        if rng.random() < dense:
            made.append(_bedside(rng, days, dense))
        if rng.random() < 0.3:
            total = rng.choice((0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 20, 105, 106))
            made.append(
                Form(str(AS_OF - timedelta(rng.choice((days, days, days + 1, max(days - 1, 0))))), (), total=total)
            )
    if rng.random() < dense * 0.9:
        made.append(_history(rng, rng.choice(DAYS[:-1]), dense))
    if rng.random() < 0.06:
        item = rng.choice(("attest.fulfils_acr_1997", "attest.fulfils_eular_acr_2019"))
        made.append(Form(str(AS_OF - timedelta(rng.choice((0, 40)))), (Answer(item, rng.choice(("yes", "no"))),)))
    words = ("no", "no", "no") if rng.random() < 0.8 else ("no", "yes")
    asked = [Answer(f"attest.{one}", rng.choice(words)) for one in ("dialysis", "kidney_transplant")]
    asked_on = str(AS_OF - timedelta(rng.choice((3, 3, 3, 3, 30, 31, 365, 366))))
    return [*made, Form(asked_on, tuple(asked))] if rng.random() < 0.8 else made


def _bedside(rng: Random, days: int, dense: float) -> Form:
    answers = [Answer(f"sledai.{one}", _said(rng, 0.08)) for one in SLEDAI if rng.random() < dense]
    answers += [Answer(f"sledai.{one}", _said(rng, 0.4)) for one in SLEDAI_MEASURED if rng.random() < 0.08]
    answers = answers or [Answer("sledai.rash", "present")]
    on = AS_OF - timedelta(days)
    when = str(on)[:7] if rng.random() < 0.02 else rng.choice((str(on), f"{on}T10:20:00+08:00"))
    status = "entered-in-error" if rng.random() < 0.03 else "completed"
    return Form(when, tuple(answers), status, rng.random() < 0.3)


def _history(rng: Random, days: int, dense: float) -> Form:
    answers = [Answer(f"eular.{one}", _said(rng, 0.08)) for one in EULAR if rng.random() < dense]
    answers += [Answer(f"eular.{one}", _said(rng, 0.4)) for one in EULAR_MEASURED if rng.random() < 0.03]
    answers += [Answer(f"acr97.{one}", _said(rng, 0.2)) for one in ACR97 if rng.random() < dense]
    return Form(str(AS_OF - timedelta(days)), tuple(answers) or (Answer("eular.oral_ulcers", "absent"),))


def _said(rng: Random, present: float) -> str:
    return "present" if rng.random() < present else "absent"


def _diagnoses(rng: Random, anchor: int) -> list[Diagnosis]:
    made = []
    for concept, code in DIAGNOSES.items():
        if rng.random() < (0.5 if concept == "sle" else 0.03):
            verification = rng.choices(("confirmed", "provisional", "refuted", "entered-in-error"), (80, 12, 4, 4))[0]
            onset = str(AS_OF - timedelta(rng.choice((5, 50, 500, 2000, -1))))
            made.append(Diagnosis(concept, code, onset, verification=verification))
    if rng.random() < 0.12:
        begun = AS_OF - timedelta(rng.choice((0, anchor, anchor + 5, anchor + 60)))
        kind = rng.choice(("active", "ended-before", "ended-within", "undated"))
        if kind.startswith("ended"):
            begun = AS_OF - timedelta(anchor + 60)
            ended = AS_OF - timedelta(anchor + (11 if kind == "ended-before" else 10))
            made.append(Diagnosis("urinary_infection", INFECTION, str(begun), "resolved", abated=str(ended)))
        else:
            made.append(Diagnosis("urinary_infection", INFECTION, "" if kind == "undated" else str(begun)))
    return made
