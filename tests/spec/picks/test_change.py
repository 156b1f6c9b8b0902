"""`change`: the newest in its window, against the newest earlier value of the same kind.

`above` with `risen_by`: new above the limit, or risen by more than that. The first value ever shows no onset.
`back_days`: a value in so many days before the present one that was lower leaves it open what is recent.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row

RISE = """
[variables.marker]
pick = "change"
window = { days = 10 }

[rules.answer]
variable = "marker"
above = 0.5
risen_by = 0.5
back_days = 90
"""
TWO_KINDS = RISE.replace('"change"', '"change"\nconcepts = ["collected", "spot"]\nprefer = ["collected", "spot"]')

TABLES = (
    Table(
        "New, or risen by more than the step.",
        RISE,
        (
            row([result(5, 0.8), result(100, 0.3)], "met", "new above the limit"),
            row([result(5, 0.8), result(100, 0.5)], "met", "the limit itself is not above it"),
            row([result(5, 1.2), result(100, 0.6)], "met", "risen by 0.6"),
            row([result(5, 1.1), result(100, 0.6)], "not met", "risen by just 0.5"),
            row([result(5, 0.5), result(100, 0.2)], "not met"),
            row([result(5, 0.8)], "unknown: indeterminate", "the first ever: an onset cannot be shown"),
            row([result(5, 0.3)], "not met"),
            row([result(11, 0.8), result(100, 0.3)], "unknown: too_old"),
            row([], "unknown: no_result"),
        ),
    ),
    Table(
        "The newest earlier value counts; a lower one of the last 90 days leaves it open.",
        RISE,
        (
            row([result(5, 1.2), result(50, 0.9), result(200, 0.3)], "not met"),
            row([result(5, 1.2), result(50, 0.9), result(95, 0.3)], "unknown: indeterminate", "90 days before"),
            row([result(5, 1.2), result(50, 0.9), result(96, 0.3)], "not met", "91 days before"),
            row([result(5, 1.2), result(50, 0.9), result("2025", 0.3)], "unknown: indeterminate", "perhaps within"),
            row([result(5, 1.5), result(50, 1.2), result(80, 0.9)], "unknown: indeterminate", "risen by 0.6 since"),
            row([result(5, 0.8), result(50, 0.3), result(95, 1.5)], "met"),
        ),
    ),
    Table(
        '`against = "lowest_recent"`: against the lowest of the days before, and nothing older.',
        RISE + 'against = "lowest_recent"',
        (
            row([result(5, 1.2), result(50, 0.9), result(95, 0.3)], "met", "risen by 0.9 in 90 days"),
            row([result(5, 1.2), result(50, 0.9), result(96, 0.3)], "not met", "the 0.3 is 91 days before"),
            row([result(5, 1.2), result(50, 0.6), result(80, 0.9)], "met", "whichever of them is the newest"),
            row([result(5, 1.2), result(50, "0.6-0.9")], "unknown: indeterminate", "risen by 0.3 to 0.6"),
            row([result(5, 0.8), result(96, 0.3)], "unknown: indeterminate", "nothing in the 90 days before"),
            row([result(5, 1.2), result("2025-12", 0.3)], "unknown: indeterminate", "it may lie in the 90 days"),
        ),
    ),
    Table(
        "Intervals, and what is no value.",
        RISE,
        (
            row([result(5, "<0.4"), result(100, 0.3)], "not met"),
            row([result(5, "<0.9"), result(100, 0.3)], "unknown: indeterminate"),
            row([result(5, 0.8), result(100, "<0.3")], "met"),
            row([result(5, 0.8), result(100, "<0.7")], "unknown: indeterminate", "it may have been above already"),
            row([result(5, 0.8), unreadable(100), result(200, 0.3)], "met", "the newest earlier valid value"),
            row([unreadable(5), result(100, 0.3)], "unknown: unreadable"),
            row([result(5, 0.8, status="preliminary"), result(100, 0.3)], "unknown: not_final"),
            row([result(5, 0.8), result(100, 0.3, status="preliminary")], "unknown: indeterminate"),
            row([result(5, 0.8), result(None, 0.3)], "unknown: indeterminate"),
            row([result(5, 0.8), result("2026-02", 0.3)], "met"),
            row([result(5, 0.8, at="20:00"), result(5, 0.3, at="08:00")], "met", "earlier on the same day"),
            row([result(5, 0.8), result(100, 0.3), result(100, 0.7)], "unknown: indeterminate", "which was earlier?"),
            row(
                [result("2026-03", 0.9), result(8, 1), result(20, 0.1)], "unknown: indeterminate", "either may be first"
            ),
            row([result(5, "<0.9"), result(100, 0.8)], "not met", "whatever it is, it is neither new nor risen"),
            row(
                [result(5, ">3"), result(100, "2.8")],
                "unknown: indeterminate",
                "it may have risen by far more",
            ),
            row(
                [result(5, "3.2"), result(100, "2.5-2.9")],
                "unknown: indeterminate",
                "risen by 0.3 to 0.7",
            ),
        ),
    ),
    Table(
        "Of one day the preferred kind answers, and is compared with its own kind alone.",
        TWO_KINDS,
        (
            row([result(5, 0.8, of="collected"), result(100, 0.3, of="spot")], "unknown: indeterminate"),
            row([result(5, 0.8, of="collected"), result(100, 0.3, of="collected")], "met"),
            row(
                [result(5, 0.3, of="collected"), result(5, 0.8, of="spot"), result(100, 0.3, of="spot")],
                "not met",
            ),
            row(
                [result("2026", 2, of="collected"), result(5, 0.9, of="spot"), result(100, 0.8, of="spot")],
                "unknown: indeterminate",
                "not risen by the spot value, and the collection of the year may be newer and has no earlier one",
            ),
            row(
                [result(5, 0.9, of="collected"), result(8, 0.8, of="collected"), result("2026-03", 0.3, of="spot")],
                "not met",
                "what of another kind may be of an earlier day does not hide the earlier value of its own",
            ),
            row(
                [
                    result("2026-03", 0.9, of="collected"),
                    result(12, 0.3, of="collected"),
                    result(100, 0.8, of="collected"),
                    result(8, 0.9, of="spot"),
                    result(50, 0.8, of="spot"),
                ],
                "unknown: indeterminate",
                "not risen since 0.8, but the 0.3 may lie between",
            ),
            row(
                [
                    result(when, grams, of="collected")
                    for when, grams in (("2026-03", 0.9), ("2026-03", 1.5), (100, 0.8))
                ],
                "unknown: indeterminate",
                "two of one month: which came first is not known",
            ),
        ),
    ),
)


def test_change(table, row):
    assert table.ask(row) == row.answer
