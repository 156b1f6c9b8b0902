"""`occasions`: so many distinct days on which the answer is yes, if need be so far apart.

One abnormal day and no second one leaves it open, unless `single_is = "not_met"`.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row

TWO = """
[variables.marker]
pick = "occasions"
undated = "sure"

[rules.answer]
variable = "marker"
below = 4
days = 2
"""
APART = """
[variables.marker]
pick = "occasions"
undated = "sure"

[rules.answer]
variable = "marker"
words = ["positive"]
days = 2
apart_days = 183
"""

TABLES = (
    Table(
        "Two distinct days.",
        TWO,
        (
            row([result(10, 3), result(400, 3)], "met"),
            row([result(10, 3), result(11, 3)], "met"),
            row([result(10, 3), result(10, 2)], "unknown: indeterminate", "two results of one day are one occasion"),
            row([result(10, 3, at="08:00"), result(10, 2, at="20:00")], "unknown: indeterminate"),
            row([result(10, 3)], "unknown: indeterminate", "abnormal once, and no second occasion"),
            row([result(10, 3), result(20, 5)], "not met", "measured twice, abnormal once"),
            row([result(10, 5)], "not met"),
            row([result(10, 5), result(20, 5)], "not met"),
            row([], "unknown: no_result"),
        ),
    ),
    Table(
        "What cannot be placed or read is no second occasion, and leaves it open where it could be one.",
        TWO,
        (
            row([result(10, 3), result(None, 3)], "unknown: indeterminate", "undated is never a second occasion"),
            row([result(None, 3)], "unknown: indeterminate"),
            row([result(10, 3), result(20, 5), result(None, 3)], "not met"),
            row([result(10, 3), unreadable(20)], "unknown: unreadable"),
            row([result(10, 3), result(20, 3, status="preliminary")], "unknown: not_final"),
            row(
                [result(10, 3), result(20, 5, status="preliminary")],
                "unknown: indeterminate",
                "nor is what is not final",
            ),
            row([result(10, 5), unreadable(20)], "not met", "whatever it was, it is one occasion of two"),
            row([result(10, 3), result(20, "<9")], "unknown: indeterminate"),
            row([result(10, 3), result(20, "<3")], "met"),
            row([result(10, 3), result(-1, 3)], "unknown: indeterminate", "one of them is still to come"),
            row(
                [result(10, 5, status="preliminary")],
                "unknown: not_final",
                "preliminary gives unknown at most (REFERENCE 1)",
            ),
        ),
    ),
    Table(
        "Partial dates are distinct days where no day is common to both.",
        TWO,
        (
            row([result("2026-02", 3), result("2026-02", 3)], "unknown: indeterminate"),
            row(
                [result("2026-02", 3), result("2026-02-10", 3)],
                "unknown: indeterminate",
                "they may be of one day",
            ),
            row(
                [result("2026-02", 5), result("2026-02-10", 3)],
                "unknown: indeterminate",
                "perhaps one day: no second occasion is shown",
            ),
            row(
                [result("2025", 3), result("2026-02-10", 3)],
                "met",
                "certainly two days",
            ),
            row(
                [result("2025-03", 3), result("2025-05", 3)],
                "met",
                "certainly two days",
            ),
        ),
    ),
    Table(
        "Two days so far apart.",
        APART,
        (
            row([result(10, "positive"), result(193, "positive")], "met"),
            row([result(10, "positive"), result(192, "positive")], "unknown: indeterminate"),
            row([result(10, "positive"), result(100, "positive"), result(193, "positive")], "met"),
            row([result(10, "positive")], "unknown: indeterminate"),
            row([result(10, "positive"), result(400, "negative")], "unknown: indeterminate"),
            row([result(10, "negative"), result(400, "negative")], "not met"),
        ),
    ),
    Table(
        '`single_is = "not_met"`.',
        TWO + 'single_is = "not_met"\n',
        (
            row([result(10, 3)], "not met"),
            row([result(10, 3), unreadable(20)], "unknown: unreadable"),
            row([result(10, 3), result(20, 3)], "met"),
        ),
    ),
)


def test_occasions(table, row):
    assert table.ask(row) == row.answer
