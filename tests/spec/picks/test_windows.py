"""The window of a variable: how old a reading may be on the index date. Both ends belong to it."""

from tests.spec.given import result, stated
from tests.spec.tables import Table, row


def study(window: str, pick: str = "any") -> str:
    return f"""
[variables.marker]
pick = "{pick}"
window = {{ {window} }}

[rules.answer]
variable = "marker"
above = 5
"""


TABLES = (
    Table(
        "`days`, and the same written as a length.",
        study('length = "P365D"'),
        (
            row([result(365, 7)], "met", "0 ≤ index date - date ≤ 365"),
            row([result(366, 7)], "unknown: too_old"),
            row([result(0, 7)], "met"),
        ),
    ),
    Table(
        '`boundary = "exclusive"` leaves the last day out.',
        study('days = 365, boundary = "exclusive"'),
        (
            row([result(364, 7)], "met"),
            row([result(365, 7)], "unknown: too_old"),
            row([result("2025-03", 7)], "unknown: indeterminate"),
        ),
    ),
    Table(
        "Years are calendar years; a window that would open on a missing 29 February opens on 1 March.",
        study('length = "P1Y"'),
        (
            row([result("2025-03-16", 7)], "met"),
            row([result("2025-03-15", 7)], "unknown: too_old"),
            row([result("2023-03-01", 7)], "met", as_of="2024-02-29"),
            row([result("2023-02-28", 7)], "unknown: too_old", as_of="2024-02-29"),
            row([result("2024-02-29", 7)], "met", "366 days", as_of="2025-02-28"),
            row([result("2024-02-28", 7)], "met", as_of="2025-02-28"),
            row([result("2024-02-29", 7)], "unknown: too_old", as_of="2025-03-01"),
            row([result("2023-12-31", 7)], "met", "366 days", as_of="2024-12-31"),
        ),
    ),
    Table(
        "365 days across a 29 February are a day less than a year.",
        study("days = 365"),
        (
            row([result("2023-12-31", 7)], "unknown: too_old", as_of="2024-12-31"),
            row([result("2024-02-29", 7)], "met", as_of="2025-02-28"),
            row([result("2024-02-28", 7)], "unknown: too_old", as_of="2025-02-28"),
        ),
    ),
    Table(
        "A partial date straddles where some of its days lie before the window.",
        study("days = 90"),
        (
            row([result("2025-12", 7)], "unknown: indeterminate"),
            row([result("2025-12", 3)], "unknown: indeterminate"),
            row([result("2026-01", 7)], "met"),
            row([result("2025-11", 7)], "unknown: too_old"),
            row([result("2025", 7)], "unknown: indeterminate"),
            row([result("2026", 7)], "met"),
            row([result("2025-12", 7), result(10, 7)], "met"),
            row([result("2025-12", 7), result(10, 3)], "unknown: indeterminate"),
        ),
    ),
    Table(
        "`unknown_days`: a wider window in which a reading supports an unknown.",
        study("days = 14, unknown_days = 90").replace('pick = "any"', 'pick = "any"\nabsence = "no"'),
        (
            row([result(14, 7)], "met"),
            row([result(15, 7)], "unknown: too_old"),
            row([result(90, 7)], "unknown: too_old"),
            row([result(91, 7)], "not met", "older than both, and the study reads silence as a no"),
        ),
    ),
    Table(
        "`anchor`: the window reaches back from the newest usable form, which may be 30 days old, to the index date.",
        """
[variables.marker]
pick = "latest"
window = { days = 10, anchor = ["form"], anchor_days = 30 }

[rules.answer]
variable = "marker"
above = 5
""",
        (
            row([stated(20, "absent", of="form"), result(30, 7)], "met"),
            row([stated(20, "absent", of="form"), result(31, 7)], "unknown: too_old"),
            row([stated(20, "absent", of="form"), result(2, 7)], "met", "up to the index date"),
            row([stated(20, "absent", of="form"), result(30, 7), result(2, 3)], "not met", "the newest of them"),
            row([stated(30, "absent", of="form"), result(40, 7)], "met"),
            row([stated(31, "absent", of="form"), result(40, 7)], "unknown: too_old", "the form itself is too old"),
            row([stated(31, "absent", of="form"), result(10, 7)], "met", "then the index date is the anchor"),
            row([stated(20, "absent", of="form"), stated(5, "absent", of="form"), result(16, 7)], "unknown: too_old"),
            row([stated(20, "absent", of="form", status="preliminary"), result(30, 7)], "unknown: too_old"),
            row([result(10, 7)], "met"),
            row([result(11, 7)], "unknown: too_old"),
            row(
                [stated(24, "absent", of="form"), stated("2026-02", "absent", of="form"), result(26, 7)],
                "met",
                "whichever form is the newer",
            ),
            row(
                [stated(24, "absent", of="form"), stated("2026-02", "absent", of="form"), result(27, 7)],
                "unknown: too_old",
                "the form of the month may be of its last day",
            ),
        ),
    ),
    Table(
        '`anchored = "index_date"`: the window ends and begins with the index date, whatever the form says.',
        """
[variables.marker]
pick = "latest"
window = { days = 10, anchor = ["form"], anchored = "index_date", anchor_days = 30 }

[rules.answer]
variable = "marker"
above = 5
""",
        (
            row([stated(20, "absent", of="form"), result(10, 7)], "met"),
            row([stated(20, "absent", of="form"), result(11, 7)], "unknown: too_old"),
        ),
    ),
)


def test_windows(table, row):
    assert table.ask(row) == row.answer
