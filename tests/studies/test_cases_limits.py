"""Which case of the lupus study stands on which limit: one step beyond it, the answer is another one."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest

from adapter import pipeline
from adapter.pipeline import Screen, judge_one
from adapter.places import folder
from adapter.sources.folder import FolderSource
from adapter.study.cases import load_cases
from adapter.study.load import find_study, load_study

MAPPINGS = folder("mappings")
STUDY = find_study("telitacicept-belimumab", MAPPINGS)
CASES = {case.name.split("-", 1)[0]: case for case in load_cases(STUDY)}


@dataclass(frozen=True)
class Limit:
    """A limit, the case on it, what it answers there, and what it answers one step beyond."""

    what: str
    case: str
    criterion: str
    answers: str
    beyond: str
    days: int = 0  # the step: judged so many days later
    change: tuple[str, str] = ("", "")  # or: this text of the record replaced by that

    def __str__(self) -> str:
        return f"{self.case}: {self.what}"


def value(number: str) -> str:
    return f'"valueQuantity": {{"value": {number},'


def ticked(item: str, *, yes: bool) -> str:
    return f'"linkId": "{item}", "answer": [{{"valueBoolean": {str(yes).lower()}}}]'


LIMITS = [
    Limit("the 18th birthday", "06", "I1", "met", "not_met", days=-1),
    Limit("the last day before the 66th birthday", "07", "I1", "met", "not_met", days=1),
    Limit("the 66th birthday", "36", "I1", "not_met", "met", days=-1),
    Limit("born on 29 February 2008, on 28 February 2026", "110", "I1", "not_met", "met", days=1),
    Limit("born on 29 February 2008, on 1 March 2026", "111", "I1", "met", "not_met", days=-1),
    Limit("born on 29 February 1960, on 28 February 2026", "112", "I1", "met", "not_met", days=1),
    Limit("ANA of 1:80", "140", "I2b", "met", "not_met", change=("1:80", "1:40")),
    Limit("ANA of 1:40", "141", "I2b", "not_met", "met", change=("1:40", "1:80")),
    Limit(
        "SLEDAI of 8",
        "137",
        "I3a",
        "met",
        "not_met",
        change=(ticked("sledai.rash", yes=True), ticked("sledai.rash", yes=False)),
    ),
    Limit(
        "clinical part of 6",
        "137",
        "I3b",
        "met",
        "not_met",
        change=(ticked("sledai.rash", yes=True), ticked("sledai.rash", yes=False)),
    ),
    Limit(
        "SLEDAI of 7",
        "139",
        "I3a",
        "not_met",
        "met",
        change=(ticked("sledai.pleurisy", yes=False), ticked("sledai.pleurisy", yes=True)),
    ),
    Limit("UPCR of 0.5 g/g", "40", "I3", "not_met", "met", change=(value("0.5"), value("0.51"))),
    Limit(
        "complement 10 days before the form, the anti-DNA of that day too",
        "137",
        "I3",
        "met",
        "unknown",
        change=("2026-03-02T08:05", "2026-03-01T08:05"),
    ),
    Limit(
        "complement 11 days before the form",
        "138",
        "I3",
        "unknown",
        "met",
        change=("2026-03-01T08:05", "2026-03-02T08:05"),
    ),
    Limit("bedside form, day 30", "05", "I3", "met", "unknown", days=1),
    Limit("bedside form, day 31", "29", "I3", "unknown", "met", days=-1),
    Limit("CNS condition, day 56, and an attested no", "47", "E1a", "met", "not_met", days=1),
    Limit("CNS condition, day 57", "143", "E1a", "unknown", "met", days=-1),
    Limit("protein of 6 g a day", "144", "E1b", "not_met", "met", change=(value("6"), value("6.1"))),
    Limit("creatinine of 221 umol/L", "144", "E1b", "not_met", "met", change=(value("221"), value("222"))),
    Limit("protein and creatinine, day 91", "147", "E1b", "unknown", "not_met", days=-1),
    Limit("HIV test, day 365", "05", "E1c", "not_met", "unknown", days=1),
    Limit("HIV test, day 366", "27", "E1c", "unknown", "not_met", days=-1),
    Limit("hepatitis B tests, day 365", "05", "E1d", "not_met", "unknown", days=1),
    Limit("hepatitis C test, day 365", "05", "E1e", "not_met", "unknown", days=1),
    Limit("IgG at the lower limit", "05", "E1f", "not_met", "met", change=(value("7.0"), value("6.9"))),
    Limit("IgG, day 90", "05", "E1f", "not_met", "unknown", days=1),
    Limit("IgG, day 91", "27", "E1f", "unknown", "not_met", days=-1),
    Limit("ALT of twice the limit", "53", "E1g", "met", "not_met", change=(value("80"), value("79"))),
    Limit("bilirubin of twice the limit", "05", "E1g", "not_met", "met", change=(value("41.0"), value("41.1"))),
    Limit("liver tests, day 90", "05", "E1g", "not_met", "unknown", days=1),
    Limit("liver tests, day 91", "147", "E1g", "unknown", "not_met", days=-1),
    Limit("eGFR of 30", "08", "E2", "not_met", "met", change=(value("30"), value("29.9"))),
    Limit("creatinine, day 90", "05", "E2", "not_met", "unknown", days=1),
    Limit("creatinine, day 91", "147", "E2", "unknown", "not_met", days=-1),
    Limit("stage 4, day 90", "134", "E2", "met", "unknown", days=1),
    Limit("stage 4, day 91", "150", "E2", "unknown", "met", days=-1),
    Limit("dialysis, day 14", "115", "E2", "met", "unknown", days=1),
    Limit("dialysis, day 15", "116", "E2", "unknown", "met", days=-1),
    Limit("pregnancy test, day 14", "05", "E3", "not_met", "unknown", days=1),
    Limit("pregnancy test, day 15", "27", "E3", "unknown", "not_met", days=-1),
    Limit("pregnancy code, day 300", "117", "E3", "met", "unknown", days=1),
    Limit("pregnancy code, day 301, and lactation code, day 366", "148", "E3", "unknown", "met", days=-1),
    Limit("lactation code, day 365", "129", "E3", "met", "unknown", days=1),
    Limit("B-cell therapy, day 365", "64", "E5", "met", "not_met", days=1),
    Limit("B-cell therapy, day 366", "07", "E5", "not_met", "met", days=-1),
    Limit("B-cell therapy, day 366 over a 29 February", "120", "E5", "not_met", "met", days=-1),
]


@cache
def screen() -> Screen:
    return pipeline.prepare(load_study(STUDY, MAPPINGS), MAPPINGS, "Asia/Shanghai")


def answer(limit, text, days, tmp_path):
    (tmp_path / "case.json").write_text(text, encoding="utf-8")
    (record,) = pipeline.read(FolderSource(tmp_path), screen()).records
    as_of = CASES[limit.case].as_of + timedelta(days=days)
    return judge_one(record, screen().study, as_of).decision.findings[limit.criterion].answer


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_case_stands_on_the_limit(limit, tmp_path):
    text = CASES[limit.case].resources.read_text(encoding="utf-8")
    beyond = text.replace(*limit.change) if limit.change[0] else text
    assert bool(limit.days) is (beyond == text)
    assert answer(limit, text, 0, tmp_path) == limit.answers
    assert answer(limit, beyond, limit.days, tmp_path) == limit.beyond
