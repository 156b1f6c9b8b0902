"""Scores as ranges: an unknown item gives nothing to the low end and its weight to the high end.

A rule on a score is met when the low end reaches `at_least`, not met when the high end cannot.
"""

from tests.spec.given import result, unreadable
from tests.spec.tables import Row, Table, row

ITEMS = """
[scores.index]
items = [
  { id = "a", weight = 8, rule = "a" },
  { id = "b", weight = 4, rule = "b" },
  { id = "c", weight = 2, rule = "c" },
]
parts = [{ id = "index-part", without = ["c"] }]
"""
GROUPED = """
[scores.index]
items = [
  { id = "a", weight = 3, rule = "a", group = "g" },
  { id = "b", weight = 4, rule = "b", group = "g" },
  { id = "c", weight = 2, rule = "c" },
]
"""
STATED = (
    ITEMS.replace("[scores.index]", '[scores.index]\nstated = "total"')
    + """
[variables.total]
pick = "latest"
window = { days = 10 }
"""
)
ASKED = (
    ITEMS
    + """
[rules.answer]
score = "index"
at_least = 8
"""
)
WORDS = {"T": "met", "F": "not met", "U": "unknown: no_result"}
ABC = ("a", "b", "c")


def items(answers: str, answer: str, why: str = "", total: str = "", **more: str) -> Row:
    """A row of items a, b and c, and a stated total."""
    return row(
        {name: WORDS[said] for name, said in zip(ABC, answers, strict=True)} | ({"total": total} if total else {}),
        answer,
        why,
        **more,
    )


TABLES = (
    Table(
        "The sum of the items.",
        ITEMS,
        (
            items("TTT", "14 to 14"),
            items("FFF", "0 to 0"),
            items("TFF", "8 to 8"),
            items("UFF", "0 to 8"),
            items("TUU", "8 to 14"),
            items("UUU", "0 to 14"),
        ),
        parts=ABC,
        score="index",
    ),
    Table(
        "A part: the score without some of its items.",
        ITEMS,
        (items("TTT", "12 to 12"), items("TTU", "12 to 12"), items("UTT", "4 to 12")),
        parts=ABC,
        score="index-part",
    ),
    Table(
        "Of a `group` only the highest item counts.",
        GROUPED,
        (
            items("TTF", "4 to 4"),
            items("TFF", "3 to 3"),
            items("TUF", "3 to 4"),
            items("UTF", "4 to 4", "the lower one cannot add to it"),
            items("UFF", "0 to 3"),
            items("UUU", "0 to 6"),
            items("TTT", "6 to 6"),
        ),
        parts=ABC,
        score="index",
    ),
    Table(
        "A rule on a score.",
        ASKED,
        (
            items("TUU", "met", "8 whatever the others are"),
            items("FTT", "not met"),
            items("FUU", "not met", "6 at most"),
            items("UTT", "unknown: no_result", "6 to 14"),
            items("UFF", "unknown: no_result", "0 to 8"),
        ),
        parts=ABC,
    ),
    Table(
        "A stated total narrows what the items leave open.",
        STATED,
        (
            items("UUU", "8 to 8", total="8"),
            items("TUU", "10 to 10", total="10"),
            items("UUU", "0 to 14", "none stated"),
            items("TTT", "14 to 14", total="14"),
            row([result(11, 8, of="total")], "0 to 14", "too old"),
            row([result(1, 8, of="total", status="preliminary")], "0 to 14"),
            items("UUU", "8 to 14", total=">=8"),
            items("UUU", "0 to 7", total="<8"),
        ),
        parts=ABC,
        score="index",
    ),
    Table(
        "A total that its own items contradict is a conflict: the items' range stands, unknown.",
        STATED,
        (
            items("TUU", "8 to 14, conflict", "below what the items alone give", total="6"),
            items("FUU", "0 to 6, conflict", total="8"),
            row([result(1, 8, of="total"), result(1, 10, of="total")], "0 to 14, conflict", "two totals of one day"),
        ),
        parts=ABC,
        score="index",
    ),
    Table(
        "A newest total that nobody can read leaves the score open: no older one and no items stand in for it.",
        STATED,
        (
            row([unreadable(1, of="total")], "0 to 14, unreadable"),
            row([unreadable(1, of="total"), result(5, 8, of="total")], "0 to 14, unreadable"),
            row([result(1, "7.5", of="total")], "0 to 14, unreadable", "no whole number"),
            row([result(1, 8, of="total"), unreadable(1, of="total")], "0 to 14, unreadable", "of one day"),
            row([result(1, 8, of="total"), unreadable(5, of="total")], "8 to 8"),
            row([unreadable(11, of="total")], "0 to 14", "too old"),
        ),
        parts=ABC,
        score="index",
    ),
    Table(
        "A part of a stated total: the total less what the left-out items can be.",
        STATED,
        (
            items("UUU", "6 to 8", total="8"),
            items("UUT", "6 to 6", total="8"),
            items("UUF", "8 to 8", total="8"),
            items("UUU", "10 to 12", total="12"),
            items("UUU", "12 to 12", total="14"),
            items("UUU", "0 to 2", total="2"),
            items("TUU", "8 to 12, conflict", total="6"),
        ),
        parts=ABC,
        score="index-part",
    ),
)


def test_scores(table, row):
    assert table.ask(row) == row.answer
