"""`exposure`: whether the time on a drug reaches into the window.

The last day on the drug lies between two bounds: an end on record, the index date while it is being taken, or, where
neither is known, any day from the start on. A window that opens between the bounds leaves the answer unknown.
"""

from tests.spec.given import condition, drug
from tests.spec.tables import Table, row

YEAR = """
[variables.drug]
pick = "exposure"
kinds = ["exposure"]
window = { days = 365 }
only_systemic = true

[rules.answer]
variable = "drug"
recorded = true
"""
NOW = """
[variables.drug]
pick = "exposure"
kinds = ["exposure"]
course = "open"
absence = "no"

[rules.answer]
variable = "drug"
recorded = true
"""
EVER = """
[variables.drug]
pick = "exposure"
kinds = ["exposure"]

[rules.answer]
variable = "drug"
recorded = true
"""

LONG = EVER.replace('kinds = ["exposure"]', 'kinds = ["exposure"]\nat_least_days = 30')

STRONG = LONG.replace("at_least_days = 30", "daily_dose = 100\nat_least_days = 14\nwindow = { days = 56 }")
GIVEN = "MedicationAdministration"
ORDERED = "MedicationRequest"

TABLES = (
    Table(
        "Within 365 days, day 365 included.",
        YEAR,
        (
            row([drug(365, until=365)], "met"),
            row([drug(366, until=366)], "unknown: too_old"),
            row([drug(500, until=365)], "met", "the last day counts, not the first"),
            row([drug(500, until=366)], "unknown: too_old"),
            row([drug(500, "active")], "met", "active without an end: ongoing"),
            row([drug(500, "active", until=366)], "unknown: too_old", "an end in the past closes it"),
            row([drug(500, "active", until=-30)], "met", "began before the index date and ends after it"),
            row([drug(500, "completed", until=-30)], "met"),
            row([drug(-1, "active")], "unknown: no_result", "begins after the index date"),
            row([drug(0, until=0)], "met"),
            row([], "unknown: no_result", "not on record is not a no, unless the study says so"),
        ),
    ),
    Table(
        "Stopped, and nobody wrote when.",
        YEAR,
        (
            row([drug(500, "stopped")], "unknown: indeterminate"),
            row([drug(100, "stopped")], "met", "it began in the window"),
            row([drug(None, "stopped")], "unknown: undated"),
            row([drug(None, "stopped", until=100)], "met"),
            row([drug(None, "stopped", until=366)], "unknown: too_old"),
            row([drug(None, "active")], "met"),
            row([drug(500, until="2025-03")], "unknown: indeterminate", "the window opens on 16 March 2025"),
            row([drug(500, until="2025-04")], "met"),
            row([drug(900, until="2025-02")], "unknown: too_old"),
            row([drug("2025-03")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "A diagnosis that is over, and nobody wrote since when: it counts only where it began in the window.",
        YEAR.replace('kinds = ["exposure"]', 'kinds = ["condition"]'),
        (
            row([condition(100, "resolved", of="drug")], "met"),
            row([condition(365, "resolved", of="drug")], "met"),
            row([condition(366, "resolved", of="drug")], "unknown: too_old"),
            row([condition("2025", "resolved", of="drug")], "unknown: indeterminate", "perhaps in the window"),
            row([condition(None, "resolved", of="drug")], "unknown: too_old"),
            row([condition(500, "resolved", of="drug", until=365)], "met"),
        ),
    ),
    Table(
        "A doubtful status supports an unknown at most, whenever it was.",
        YEAR,
        (
            row([drug(100, "unknown")], "unknown: indeterminate"),
            row([drug(900, "unknown", until=800)], "unknown: indeterminate"),
            row([drug(100, "unknown"), drug(200, until=190)], "met"),
            row([drug(500, "on-hold")], "unknown: indeterminate"),
            row([drug(500, "on-hold", until=400)], "unknown: too_old"),
        ),
    ),
    Table(
        "`only_systemic`: into the eye or onto the skin does not count.",
        YEAR,
        (
            row([drug(100, route="local")], "unknown: no_result"),
            row([drug(100, route="local"), drug(200)], "met"),
        ),
    ),
    Table(
        "Without a window: ever.",
        EVER,
        (
            row([drug(4000, "stopped")], "met"),
            row([drug(None, "stopped")], "met"),
            row([drug(4000, "unknown")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "`at_least_days`: what was shorter does not count, both ends included; short courses together leave it open.",
        LONG,
        (
            row([drug(100, until=71)], "met"),
            row([drug(100, until=72)], "unknown: indeterminate", "29 days: too short"),
            row([drug(29, "active")], "met"),
            row([drug(28, "active")], "unknown: indeterminate"),
            row([drug(500, "stopped")], "unknown: indeterminate", "stopped, and nobody wrote when"),
            row([drug(None, "active")], "unknown: indeterminate", "nobody wrote since when"),
            row([drug("2026-01", until=10)], "met", "at least 35 days"),
            row([drug("2026-02", until="2026-03")], "unknown: indeterminate"),
            row([drug(100, until=80), drug(50, until=30)], "unknown: indeterminate", "42 days in two courses"),
            row([drug(100, until=99), drug(60, until=10)], "met"),
            row([drug(100, "unknown", until=50)], "unknown: indeterminate"),
        ),
    ),
    Table(
        "Too short is not there: silence is a no where the study says so.",
        LONG.replace("[rules", 'absence = "no"\n[rules'),
        (
            row([drug(100, until=72)], "not met"),
            row([drug(100, until=80), drug(50, until=30)], "unknown: indeterminate"),
            row([], "not met"),
        ),
    ),
    Table(
        "`daily_dose`: reached on `at_least_days` days of the window, in a row or not.",
        STRONG,
        (
            row([drug(30, until=17, dose="100")], "met", "14 days, both ends included"),
            row([drug(30, until=18, dose="100")], "unknown: indeterminate", "13 days"),
            row([drug(30, until=17, dose="99.9")], "unknown: indeterminate", "too little"),
            row([drug(69, until=43, dose="100")], "met", "the last 14 of them lie in the window: day 56 belongs to it"),
            row([drug(69, until=44, dose="100")], "unknown: indeterminate"),
            row([drug(13, "active", dose="100")], "met", "up to the index date"),
            row([drug(12, "active", dose="100")], "unknown: indeterminate"),
            row([drug(50, until=44, dose="100"), drug(20, until=14, dose="200")], "met", "seven days and seven days"),
            row([drug(50, until=44, dose="100"), drug(48, until=40, dose="200")], "unknown: indeterminate", "11 days"),
        ),
    ),
    Table(
        "Drugs of the same days add up; one drug told twice may be the same tablets.",
        STRONG.replace("[rules", 'absence = "no"\n[rules'),
        (
            row([drug(30, until=17, dose="60", item="a"), drug(30, until=17, dose="40", item="b")], "met"),
            row([drug(30, until=17, dose="60", item="a"), drug(30, until=18, dose="40", item="b")], "not met"),
            row([drug(30, until=17, dose="60"), drug(30, until=17, dose="60")], "unknown: indeterminate"),
            row([drug(30, until=17, dose="60"), drug(30, until=17, dose="39")], "not met"),
            row([drug(30, until=17, dose="100"), drug(30, until=17, dose="60")], "met"),
            row([drug(day, until=day, dose="50", via=GIVEN) for day in (*range(14), *range(14))], "met", "twice a day"),
            row([drug(day, until=day, dose="50", via=GIVEN) for day in (*range(14), *range(13))], "not met"),
            row(
                [
                    drug(20, until=0, dose="60", via=ORDERED),
                    *(drug(day, until=day, dose="50", via=GIVEN) for day in range(14)),
                ],
                "unknown: indeterminate",
                "the order may be what was given",
            ),
        ),
    ),
    Table(
        "A dose that is not told in numbers, or not to the number, may be any within its bounds.",
        STRONG.replace("[rules", 'absence = "no"\n[rules'),
        (
            row([drug(30, until=17)], "unknown: indeterminate", "no dose"),
            row([drug(30, until=18)], "not met", "too short, whatever the dose"),
            row([drug(30, until=17, dose="80-120")], "unknown: indeterminate"),
            row([drug(30, until=17, dose="100-120")], "met"),
            row([drug(30, until=17, dose="80-90")], "not met"),
            row([drug(30, until=17, dose="100"), drug(30, until=17, item="b")], "met", "more cannot make it less"),
            row([drug(30, "unknown", until=17, dose="100")], "unknown: indeterminate"),
            row([drug(30, "stopped", dose="100")], "unknown: indeterminate", "nobody wrote when it ended"),
            row([drug(10, "stopped", dose="100")], "not met", "11 days at most"),
            row([drug(None, "active", dose="100")], "unknown: indeterminate"),
            row([drug("2026-02", until=5, dose="100")], "unknown: indeterminate", "12 days to 39"),
            row([drug("2026-02", until=1, dose="100")], "met", "14 days at least"),
            row([drug(30, until=17, dose="100", route="local")], "met", "unless the variable is `only_systemic`"),
            row([], "not met"),
        ),
    ),
    Table(
        '`course = "open"`: on the index date itself.',
        NOW,
        (
            row([drug(500, "active")], "met"),
            row([drug(500, "active", until=1)], "not met"),
            row([drug(500, "active", until=-1)], "met"),
            row([drug(5, "completed")], "not met"),
            row([drug(5, "on-hold")], "not met", "paused is not going on"),
            row([drug(5, "unknown")], "unknown: indeterminate"),
            row([drug(500, "active", until="2026-03")], "unknown: indeterminate"),
            row([drug(-1, "active")], "not met"),
            row([], "not met"),
        ),
    ),
)


def test_exposure(table, row):
    assert table.ask(row) == row.answer
