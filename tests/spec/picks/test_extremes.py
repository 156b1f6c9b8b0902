"""`highest` and `lowest`: the most extreme number of the window answers.

What is no exact number, or cannot be read, stays beside it: it may be more extreme still.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Table, row


def study(pick: str, question: str) -> str:
    return f"""
[variables.marker]
pick = "{pick}"
window = {{ days = 90 }}

[rules.answer]
variable = "marker"
{question}
"""


TABLES = (
    Table(
        "The highest, above a limit.",
        study("highest", "above = 5"),
        (
            row([result(10, 3), result(20, 7)], "met"),
            row([result(10, 3), result(20, 4)], "not met"),
            row([result(91, 7), result(10, 3)], "not met", "the window comes first"),
            row([result(90, 7), result(10, 3)], "met"),
            row([result(10, 7), unreadable(20)], "met", "whatever it was, the highest is above 5"),
            row([result(10, 3), unreadable(20)], "unknown: unreadable"),
            row([result(10, 3), result(20, ">4")], "unknown: indeterminate"),
            row([result(10, 3), result(20, ">6")], "met"),
            row([result(10, 3), result(20, 7, status="preliminary")], "unknown: not_final"),
            row([], "unknown: no_result"),
            row([result(91, 7)], "unknown: too_old"),
        ),
    ),
    Table(
        "The highest, below a limit: every reading must be.",
        study("highest", "below = 5"),
        (
            row([result(10, 3), result(20, 4)], "met"),
            row([result(10, 3), result(20, 7)], "not met"),
            row([result(10, 7), result(20, "<3")], "not met"),
            row([result(10, 3), unreadable(20)], "unknown: unreadable"),
            row([result(10, 3), result(20, 7, status="preliminary")], "unknown: not_final"),
            row([result(10, 3), result(20, ">4")], "unknown: indeterminate"),
        ),
    ),
    Table(
        "The lowest, below a limit.",
        study("lowest", "below = 5"),
        (
            row([result(10, 3), result(20, 7)], "met"),
            row([result(10, 6), result(20, 7)], "not met"),
            row([result(10, 6), unreadable(20)], "unknown: unreadable"),
            row([result(10, 6), result(20, "<7")], "unknown: indeterminate"),
            row([result(10, 6), result(20, "<4")], "met"),
        ),
    ),
    Table(
        "The lowest, above a limit: every reading must be.",
        study("lowest", "above = 5"),
        (
            row([result(10, 6), result(20, 7)], "met"),
            row([result(10, 6), result(20, 3)], "not met"),
            row([result(10, 6), unreadable(20)], "unknown: unreadable"),
            row([result(10, 3), result(20, ">6")], "not met"),
        ),
    ),
)


def test_extremes(table, row):
    assert table.ask(row) == row.answer
