"""`earliest`: the first reading answers, if it lies in the window."""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row

TABLES = (
    Table(
        "The first answers; later ones do not matter.",
        """
[variables.marker]
pick = "earliest"

[rules.answer]
variable = "marker"
above = 5
""",
        (
            row([result(900, 7), result(10, 3)], "met"),
            row([result(10, 7), result(900, 3)], "not met"),
            row([unreadable(900), result(10, 7)], "unknown: unreadable"),
            row([result(900, 7), result(900, 3)], "unknown: conflict"),
            row([result(None, 7)], "unknown: undated"),
            row([result(None, 3), result(10, 7)], "met"),
            row([], "unknown: no_result"),
            row(
                [result("2026-02", 3), result("2026-02-10", 7)],
                "unknown: conflict",
                "which is earlier is not known",
            ),
        ),
    ),
    Table(
        "With a window the first must lie in it.",
        """
[variables.marker]
pick = "earliest"
window = { days = 90 }

[rules.answer]
variable = "marker"
above = 5
""",
        (
            row([result(90, 7)], "met"),
            row([result(91, 7), result(10, 7)], "unknown: too_old", "the first of all, not the first of the window"),
        ),
    ),
)


def test_earliest(table, row):
    assert table.ask(row) == row.answer
